use corelet_host::abi::NameKey;
use corelet_mps2_an386::ScriptedCall;

/// How one image in slot 0, beside a well-behaved [`neighbour`](crate::neighbour) in slot 1, is put to the test.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is wrong with it.
    pub name: String,
    /// What lies in the bank of slot 0.
    pub image: Vec<u8>,
    /// What shall come of it.
    pub expected: Expected,
}

/// What shall come of a [`Case`].
#[derive(Clone, Debug)]
pub enum Expected {
    /// The slot stays empty, with an error that says this.
    Refused(&'static str),
    /// It runs, and these calls are made.
    Calls(Vec<Call>),
    /// It runs, and every tick fails with an error that says this.
    Ticks(&'static str),
}

/// A call into slot 0.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is special about it; empty if the case's name says it.
    pub name: &'static str,
    /// What is called.
    pub export: NameKey,
    /// With what.
    pub request: Vec<u8>,
    /// What shall come of it: the answer, or words of the error.
    pub expected: Result<Vec<u8>, &'static str>,
}

/// What a board did with a [`Case`]: the same on every board.
///
/// Errors are in the text that `Debug` and `defmt` both give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// Why the image of slot 0 was refused, if it was.
    pub refused: Option<String>,
    /// The calls of the case with a call of the neighbour after each, and calls of both at the end.
    pub calls: Vec<Outcome<Vec<u8>>>,
    /// A tick of slot 0 and a tick of slot 1 after it, if the case is about ticks.
    pub ticks: Vec<Outcome<()>>,
}

/// What came of a call or tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<T> {
    /// The answer, or the error.
    pub result: Result<T, String>,
    /// The fuel that it took.
    pub fuel: u64,
}

/// What an error says but for the shape at its end, which `Debug` and `defmt` do not write alike.
pub fn error_text(text: &str) -> String {
    let end = text.find("offered: ").unwrap_or(text.len());
    text[..end].into()
}

impl Case {
    /// The calls that a board makes, in their order.
    pub fn script(&self) -> Vec<ScriptedCall<'_>> {
        let call = |slot, export, request| ScriptedCall {
            slot,
            export,
            request,
        };
        let neighbour = || call(1, crate::neighbour::ECHO, b"hello");
        let mut script = Vec::new();
        if let Expected::Calls(calls) = &self.expected {
            for made in calls {
                script.push(call(0, made.export, &made.request));
                script.push(neighbour());
            }
            script.push(call(0, crate::export_key("alive"), &[]));
        }
        script.push(neighbour());
        script
    }

    /// Whether a board ticks both plugins.
    pub const fn is_ticked(&self) -> bool {
        matches!(self.expected, Expected::Ticks(_))
    }

    /// Whether what a board did is what it shall do.
    ///
    /// # Errors
    /// What differs, for a person.
    pub fn check(&self, transcript: &Transcript) -> Result<(), String> {
        let refused = transcript.refused.as_deref();
        match (&self.expected, refused) {
            (Expected::Refused(words), Some(error)) if error.contains(words) => {}
            (Expected::Refused(words), found) => {
                return Err(format!("load: found {found:?}, allowed: {words}"));
            }
            (_, None) => {}
            (_, Some(error)) => return Err(format!("load: {error}")),
        }
        let echo = || ("the neighbour", Ok(b"hello".to_vec()));
        let mut calls = Vec::new();
        if let Expected::Calls(expected) = &self.expected {
            for call in expected {
                calls.extend([(call.name, call.expected.clone()), echo()]);
            }
            calls.push(("alive", Ok(vec![0])));
        }
        calls.push(echo());
        compare("call", &calls, &transcript.calls)?;
        let ticks = match self.expected {
            Expected::Ticks(words) => vec![("slot 0", Err(words)), ("slot 1", Ok(()))],
            _ => Vec::new(),
        };
        compare("tick", &ticks, &transcript.ticks)
    }
}

fn compare<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: &[(&str, Result<T, &'static str>)],
    found: &[Outcome<T>],
) -> Result<(), String> {
    for (number, ((name, expected), outcome)) in expected.iter().zip(found).enumerate() {
        let same = match (expected, &outcome.result) {
            (Ok(expected), Ok(found)) => expected == found,
            (Err(words), Err(error)) => error.contains(words),
            _ => false,
        };
        if !same {
            let found = &outcome.result;
            return Err(format!(
                "{what} {number}, {name}: found {found:?}, allowed: {expected:?}"
            ));
        }
    }
    if expected.len() != found.len() {
        let (found, expected) = (found.len(), expected.len());
        return Err(format!("{found} outcomes of a {what}, not {expected}"));
    }
    Ok(())
}
