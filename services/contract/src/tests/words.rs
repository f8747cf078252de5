//! Every code has its words, beside it or in common.

use super::*;

const FILE: &str = "referral/made.v1.json";

fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut schema = contracts().get("referral.made.v1").unwrap().schema.clone();
    change(&mut schema);
    Contracts::read([(FILE, schema.to_string().as_str())]).unwrap().faults()
}

#[test]
fn a_code_has_the_words_beside_it_or_those_of_all() {
    let word = |kind: &str, property: &str, code: &str| {
        let contract = contracts().get(kind).unwrap();
        contracts().words().code(contract.property(property), code).map(|word| word.en)
    };
    assert_eq!(word("referral.made.v1", "purpose", "other").as_deref(), Some("other"));
    assert_eq!(word("referral.returned.v1", "reason_code", "duplicate").as_deref(), Some("a duplicate"));
    assert_eq!(word("referral.returned.v1", "reason_code", "nobody-says-this"), None);
    assert_eq!(contracts().words().part("age_band").map(|word| word.zh.as_str()), Some("年龄段"));
}

#[test]
fn a_code_without_words_and_words_without_a_code_are_faults() {
    assert_eq!(faults(|_| ()), Vec::<String>::new());
    let new =
        faults(|schema| schema["properties"]["purpose"]["enum"].as_array_mut().unwrap().push("zoo".into()));
    assert_eq!(new, ["referral.made.v1: purpose: the code `zoo` has no words in Chinese and English"]);
    let half = faults(|schema| {
        let purpose = &mut schema["properties"]["purpose"];
        purpose["enum"].as_array_mut().unwrap().push("zoo".into());
        purpose["x-words"]["zoo"] = json!({"zh": " ", "en": "zoo"});
    });
    assert_eq!(half, new);
    let more = faults(|schema| {
        schema["properties"]["purpose"]["x-words"]["zoo"] = json!({"zh": "动物园", "en": "zoo"})
    });
    assert_eq!(more, ["referral.made.v1: purpose: words for `zoo`, which is no code of it"]);
    let broken =
        Contracts::read([(crate::words::WORDS, "{\"codes\": 7}")]).map(|_| ()).map_err(|error| error.file);
    assert_eq!(broken, Err("words.json".to_owned()));
}
