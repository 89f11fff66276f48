//! Modules judged by the validator alone, so that foreign test suites can be run against it.

use std::path::Path;

use corelet_admission::{Limits, Refusal, validate};
use serde_json::{Value, json};

use super::tally::Outcome;
use super::verdict::variant;
use super::{PLUGIN_MIB, read};
use crate::output::{self, shown};

/// Judges the module in `path` and prints its line.
pub(super) fn check(path: &Path, as_json: bool) -> Outcome {
    let module = read(path, PLUGIN_MIB);
    let result = match &module {
        Ok(module) => validate(module, &Limits::LARGEST).map_err(|refusal| Trouble::Refused {
            refusal,
            sentence: refusal.reason.describe(module).to_string(),
        }),
        Err(error) => Err(Trouble::NotRead(error.to_string())),
    };
    let outcome = match &result {
        Ok(_) => Outcome::Admitted,
        Err(Trouble::Refused { .. }) => Outcome::Refused,
        Err(Trouble::NotRead(_)) => Outcome::NotRead,
    };
    let file = path.display().to_string();
    if as_json {
        output::json(&object(&file, outcome, result.err()));
        return outcome;
    }
    let rest = match result {
        Ok(_) => String::new(),
        Err(Trouble::Refused { refusal, sentence }) => {
            format!(" at byte {}: {sentence}", refusal.offset)
        }
        Err(Trouble::NotRead(error)) => format!(": {error}"),
    };
    output::line(shown(&format!("{file}: {}{rest}", outcome.words())));
    outcome
}

/// Why a module is not admitted.
enum Trouble {
    Refused { refusal: Refusal, sentence: String },
    NotRead(String),
}

fn object(file: &str, outcome: Outcome, trouble: Option<Trouble>) -> Value {
    let verdict = outcome.words();
    match trouble {
        None => json!({ "file": file, "verdict": verdict }),
        Some(Trouble::NotRead(error)) => {
            json!({ "file": file, "verdict": verdict, "error": error })
        }
        Some(Trouble::Refused { refusal, sentence }) => json!({
            "file": file,
            "verdict": verdict,
            "refusal": {
                "offset": refusal.offset,
                "reason": variant(&refusal.reason),
                "sentence": sentence,
            },
        }),
    }
}
