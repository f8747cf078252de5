//! Assets: scripts, styles and icons, inside the binary. Their names hold the hash of their content, so that a
//! browser keeps them for ever and never keeps an old one.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// One file.
pub(crate) struct Asset {
    /// Its name without the hash.
    pub(crate) name: &'static str,
    pub(crate) content: &'static [u8],
    media: &'static str,
}

macro_rules! assets {
    ($($name:literal $media:literal;)+) => {
        /// All of them.
        pub(crate) const ALL: &[Asset] = &[
            $(Asset { name: $name, content: include_bytes!(concat!("../assets/", $name)), media: $media },)+
        ];
    };
}

assets! {
    "htmx.min.js" "text/javascript; charset=utf-8";
    "hx-sse.min.js" "text/javascript; charset=utf-8";
    "app.js" "text/javascript; charset=utf-8";
    "app.css" "text/css; charset=utf-8";
    "icons.svg" "image/svg+xml";
    "mark.svg" "image/svg+xml";
}

static NAMED: LazyLock<Vec<(String, &'static Asset)>> =
    LazyLock::new(|| ALL.iter().map(|asset| (format!("/assets/{}", with_hash(asset)), asset)).collect());

/// `app.css` becomes `app.0123456789abcdef.css`.
fn with_hash(asset: &Asset) -> String {
    let hash = hex::encode(Sha256::digest(asset.content));
    let (stem, extension) = asset.name.rsplit_once('.').unwrap_or((asset.name, ""));
    format!("{stem}.{}.{extension}", &hash[..16])
}

/// Where a file is served. A name that there is not leads nowhere, which a test would see.
pub(crate) fn url(name: &str) -> &'static str {
    NAMED.iter().find(|(_, asset)| asset.name == name).map_or("", |(url, _)| url)
}

/// `GET /assets/{name}`.
pub(crate) async fn serve(Path(name): Path<String>) -> Response {
    let found = NAMED.iter().find(|(url, _)| url.strip_prefix("/assets/") == Some(&name));
    let Some((_, asset)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")),
    ];
    (headers, asset.content).into_response()
}
