//! A figure of a benchmark, as text and as JSON; `cargo xtask bench` reads it, too.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One figure.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    /// Of what the value is a multiple, if it is one.
    pub(crate) baseline: Option<String>,
    /// What must hold, as the project's issue says.
    pub(crate) at_most: Option<f64>,
}

impl Line {
    pub(crate) fn plain(what: impl Into<String>, value: f64, unit: &str) -> Self {
        Self { what: what.into(), value, unit: unit.to_owned(), baseline: None, at_most: None }
    }

    pub(crate) fn ratio(what: impl Into<String>, value: f64, baseline: &str, at_most: Option<f64>) -> Self {
        Self { what: what.into(), value, unit: "x".to_owned(), baseline: Some(baseline.to_owned()), at_most }
    }
}

#[allow(dead_code, reason = "benchmarks print their figures, the command line makes a page of them, too")]
impl Line {
    /// A row of a table in Markdown.
    pub(crate) fn row(&self) -> String {
        let Self { what, unit, baseline, at_most, .. } = self;
        let baseline = baseline.as_deref().unwrap_or_default();
        let aim = at_most.map(|at_most| format!("at most {at_most}")).unwrap_or_default();
        let unit = if unit == "x" { "×".to_owned() } else { format!(" {unit}") };
        format!("| {what} | {}{unit} | {baseline} | {aim} |\n", self.number())
    }

    fn number(&self) -> String {
        if self.value < 100.0 { format!("{:.2}", self.value) } else { format!("{:.0}", self.value) }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, value, unit, baseline, at_most } = self;
        write!(formatter, "{what:<52} {:>12} {unit}", self.number())?;
        if let Some(baseline) = baseline {
            write!(formatter, " {baseline}")?;
        }
        if let Some(at_most) = at_most {
            write!(formatter, " (aim: at most {at_most:.2}{})", if value <= at_most { "" } else { ", missed" })?;
        }
        Ok(())
    }
}

/// The middle of what some rounds gave.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
