//! One line of the table: what was measured, beside what, and whether that is enough.

use crate::failure::Failure;
use serde::Serialize;

/// One line of the table.
#[derive(Serialize)]
pub struct Row {
    /// What was measured.
    pub measure: String,
    /// What it was measured with.
    pub payload: String,
    /// Where facts are kept.
    pub store: &'static str,
    /// What an answer means.
    pub durability: &'static str,
    /// What came out.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// What it is held against.
    pub beside: Option<f64>,
    /// What that is.
    pub beside_what: String,
    /// The value by what it is held against.
    pub ratio: Option<f64>,
    /// What is asked of it; absent where it is shown for information.
    pub target: Option<String>,
    /// Whether that is reached.
    pub met: Option<bool>,
}

impl Row {
    /// A value alone.
    pub fn of(
        measure: impl Into<String>,
        payload: impl Into<String>,
        value: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            measure: measure.into(),
            payload: payload.into(),
            store: "sled",
            durability: "flushed and synced",
            value,
            unit,
            beside: None,
            beside_what: String::new(),
            ratio: None,
            target: None,
            met: None,
        }
    }

    /// Kept elsewhere than in sled.
    pub fn on(self, store: &'static str) -> Self {
        Self { store, ..self }
    }

    /// An answer means another thing than that it is flushed and synced here.
    pub fn means(self, durability: &'static str) -> Self {
        Self { durability, ..self }
    }

    /// Nothing of this row is flushed before it counts.
    pub fn not_durable(self, why: &'static str) -> Self {
        Self { durability: why, ..self }
    }

    /// Held against something of the same unit.
    pub fn beside(self, beside: f64, what: impl Into<String>) -> Self {
        Self { beside: Some(beside), beside_what: what.into(), ratio: Some(self.value / beside), ..self }
    }

    /// Asked for this much; asked twice, both must hold.
    pub fn asked(self, target: impl Into<String>, met: bool) -> Self {
        let target = target.into();
        let target = self.target.map_or(target.clone(), |before| format!("{before}, {target}"));
        Self { target: Some(target), met: Some(self.met.unwrap_or(true) && met), ..self }
    }

    /// Asked to be at least this part of what it is held against.
    pub fn ratio_from(self, least: f64) -> Self {
        let met = self.ratio.is_some_and(|ratio| ratio >= least);
        self.asked(format!("ratio ≥ {least}"), met)
    }

    fn print(&self) {
        let met = match self.met {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "",
        };
        let ratio = self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let beside =
            self.beside.map(|beside| format!("{beside:.1} {}", self.beside_what)).unwrap_or_default();
        println!(
            "{:<42} {:>10.1} {:<8} {:<44} {ratio:>6}  {:<24} {met}",
            self.measure,
            self.value,
            self.unit,
            beside,
            self.target.as_deref().unwrap_or_default()
        );
        println!("    {} · {} · {}", self.payload, self.store, self.durability);
    }
}

/// Prints a row as soon as it is known, so that a long run shows something.
pub fn print(row: &Row, json: bool) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string(row).map_err(|error| Failure::Store(error.to_string()))?;
        println!("{text}");
    } else {
        row.print();
    }
    Ok(())
}

/// The head of the table.
pub fn head() {
    println!("{:<42} {:>10} {:<8} {:<44} {:>6}  {:<24}", "measure", "value", "", "beside", "ratio", "target");
}
