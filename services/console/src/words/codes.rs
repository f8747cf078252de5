//! Words for codes: what a contract, a view or a rule says in short.

mod further;
mod table;

use super::Lang;

/// A code in words. The same code may mean different things under different properties (`of`): those rows
/// stand first and name theirs. A code without words is shown as it is.
pub(crate) fn code(of: &str, code: &str, lang: Lang) -> Option<&'static str> {
    let any = || table::ANY.iter().chain(further::ANY).find(|(known, ..)| *known == code);
    own(of, code, lang).or_else(|| any().map(|(_, zh, en)| lang.of(*zh, *en)))
}

/// A code in the words of this property alone.
pub(crate) fn own(of: &str, code: &str, lang: Lang) -> Option<&'static str> {
    let own =
        table::OWN.iter().chain(further::OWN).find(|(property, known, ..)| *property == of && *known == code);
    own.map(|(_, _, zh, en)| lang.of(*zh, *en))
}

/// How a risk grade is shown: colour, shape and word together. Any grade that is none of these is shown as it is.
pub(crate) fn grade(code: &str, lang: Lang) -> Option<(&'static str, &'static str, &'static str)> {
    let (tone, shape, zh, en) = match code {
        "L4" => ("red", "●", "L4 极危", "L4 critical"),
        "L3" => ("orange", "▲", "L3 高", "L3 high"),
        "L2" => ("yellow", "◆", "L2 中", "L2 medium"),
        "L1" => ("blue", "■", "L1 低", "L1 low"),
        "L0" => ("green", "○", "L0 关注", "L0 watch"),
        _ => return None,
    };
    Some((tone, shape, lang.of(zh, en)))
}

/// Why a value is not shown.
pub(crate) fn reason(code: &str, lang: Lang) -> Option<&'static str> {
    let (_, zh, en) = table::REASONS.iter().find(|(known, ..)| *known == code)?;
    Some(lang.of(*zh, *en))
}
