//! A bus that is away: the page says that it failed, and never shows an empty list.

use super::{read, request, rule_files};
use crate::desk::{AsOf, Desk, Filter, Moved, Trouble};
use crate::model::{CaseItem, ClockItem, InboxItem, Page, ReferralItem, Timeline};
use crate::{Config, serve};
use contract::Contracts;
use jurisdiction::Rules;
use runtime::Caller;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt as _;
use vocabulary::{AgencyCode, HistoryId, Instant, Version};

/// A desk that knows who asks, and nothing else any more.
struct Away(Arc<Contracts>);

impl Desk for Away {
    fn authenticate(&self, _: &str) -> Result<Caller, Trouble> {
        Ok(Caller { agency: AgencyCode::parse("wbo").unwrap() })
    }

    fn now(&self) -> Instant {
        super::instant("2026-03-30T15:00:00+08:00")
    }

    fn rules(&self) -> Result<Rules, Trouble> {
        Ok(Rules::read(&rule_files(), Version(1)).unwrap())
    }

    fn contracts(&self) -> Arc<Contracts> {
        self.0.clone()
    }

    fn phases(&self) -> Vec<String> {
        Vec::new()
    }

    fn cases(&self, _: &Caller, _: &Filter, _: Option<&str>, _: usize) -> Result<Page<CaseItem>, Trouble> {
        Err(Trouble::Away)
    }

    fn case(&self, _: &Caller, _: &HistoryId, _: AsOf) -> Result<CaseItem, Trouble> {
        Err(Trouble::Away)
    }

    fn timeline(&self, _: &Caller, _: &HistoryId, _: AsOf) -> Result<Timeline, Trouble> {
        Err(Trouble::Away)
    }

    fn case_clocks(&self, _: &Caller, _: &HistoryId, _: AsOf) -> Result<Vec<ClockItem>, Trouble> {
        Err(Trouble::Away)
    }

    fn case_referrals(&self, _: &Caller, _: &HistoryId, _: AsOf) -> Result<Vec<ReferralItem>, Trouble> {
        Err(Trouble::Away)
    }

    fn inbox(&self, _: &Caller) -> Result<Vec<InboxItem>, Trouble> {
        Err(Trouble::Away)
    }

    fn waiting(&self, _: &Caller) -> Result<Vec<InboxItem>, Trouble> {
        Err(Trouble::Away)
    }

    fn feed_head(&self, _: &Caller) -> u64 {
        1
    }

    fn moved<'a>(&'a self, _: &'a Caller, _: u64, _: Duration) -> Moved<'a> {
        Box::pin(async { Err(Trouble::Away) })
    }

    fn told_since(&self, _: &Caller, _: &HistoryId, _: u64, _: usize) -> Result<Vec<u64>, Trouble> {
        Err(Trouble::Away)
    }
}

#[tokio::test]
async fn a_page_that_failed_says_that_it_is_not_empty() {
    let routes = serve(Arc::new(Away(Contracts::published().unwrap().into())), Config::default());
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let opened = routes.clone().oneshot(request("POST", "/sign-in", &form, "token=any")).await.unwrap();
    let cookie = format!("lianhu-session={}; lang=en", read(opened).await.session());
    let case = format!("/cases/case-{}", "0".repeat(32));
    for path in ["/", "/cases", &case] {
        let answer = routes.clone().oneshot(request("GET", path, &[("cookie", &cookie)], "")).await.unwrap();
        let answer = read(answer).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.text.contains("It failed; it is not empty"), "{path}");
        assert!(!answer.text.contains("class=\"empty\""), "{path}");
    }
    let stream = routes.oneshot(request("GET", "/events", &[("cookie", &cookie)], "")).await.unwrap();
    assert!(read(stream).await.text.ends_with("event: failed\ndata: {}\n\n"));
}
