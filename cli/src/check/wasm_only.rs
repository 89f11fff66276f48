//! Modules judged by the validator alone, so that foreign test suites can be run against it.

use std::path::Path;

use corelet_admission::{Limits, Reason, Refusal, validate};
use serde_json::{Value, json};

use super::{Verdict, read};
use crate::output::{self, shown};

/// Judges the module in `path` and prints its line.
pub(super) fn check(path: &Path, as_json: bool) -> Verdict {
    let module = read(path);
    let result = match &module {
        Ok(module) => validate(module, &Limits::LARGEST).map_err(|refusal| Trouble::Refused {
            refusal,
            sentence: refusal.reason.describe(module).to_string(),
        }),
        Err(error) => Err(Trouble::NotRead(error.to_string())),
    };
    let verdict = match &result {
        Ok(_) => Verdict::Admitted,
        Err(Trouble::Refused { .. }) => Verdict::Refused,
        Err(Trouble::NotRead(_)) => Verdict::NotRead,
    };
    let file = path.display().to_string();
    if as_json {
        output::json(&object(&file, verdict, result.err()));
        return verdict;
    }
    let rest = match result {
        Ok(_) => String::new(),
        Err(Trouble::Refused { refusal, sentence }) => {
            format!(" at byte {}: {sentence}", refusal.offset)
        }
        Err(Trouble::NotRead(error)) => format!(": {error}"),
    };
    output::line(shown(&format!("{file}: {}{rest}", verdict.words())));
    verdict
}

/// Why a module is not admitted.
enum Trouble {
    Refused { refusal: Refusal, sentence: String },
    NotRead(String),
}

fn object(file: &str, verdict: Verdict, trouble: Option<Trouble>) -> Value {
    let verdict = verdict.words();
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
                "reason": name(&refusal.reason),
                "sentence": sentence,
            },
        }),
    }
}

/// The reason's name without what was found, for instance `ImportSignature`.
fn name(reason: &Reason) -> String {
    let debug = format!("{reason:?}");
    let end = debug.find(|char: char| !char.is_ascii_alphanumeric());
    debug[..end.unwrap_or(debug.len())].to_owned()
}
