use crate::{Case, Expected};

/// What a board made of a [`Case`].
///
/// Errors are in the text that `Debug` and `defmt` both give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Why it was not loaded, if it was not.
    pub refused: Option<String>,
    /// Of each call that it exports: the length of the answer or the error, and the fuel that it took.
    pub calls: Vec<(Result<usize, String>, u64)>,
    /// Whether the plugin in the other slot answered as it must, afterwards.
    pub neighbour: bool,
    /// Bytes of heap in use before, and afterwards with the slot empty again.
    pub heap: [usize; 2],
}

impl Outcome {
    /// Whether nothing was broken, and what came of the case is what shall.
    ///
    /// A plugin that shall be loaded may find the heap too small, be it for itself or for a call; see [`Self::lacks_heap`].
    ///
    /// # Errors
    /// What differs, for a person.
    pub fn check(&self, expected: Expected) -> Result<(), String> {
        let [before, after] = self.heap;
        if !self.neighbour {
            return Err("the other slot is not served any more".into());
        }
        if before != after {
            return Err(format!("heap: {before} B before, {after} B afterwards"));
        }
        let first = self.calls.first().map(|(result, _)| result);
        let well = match (expected, self.refused.as_deref(), first) {
            (Expected::Survived, ..) => true,
            (Expected::Refused(words), Some(error), _) => error.contains(words),
            (Expected::Answers | Expected::Stops(_), _, _) if self.lacks_heap() => true,
            (Expected::Answers, None, Some(Ok(_))) => true,
            (Expected::Stops(words), None, Some(Err(error))) => error.contains(words),
            _ => false,
        };
        if well {
            Ok(())
        } else {
            let refused = &self.refused;
            Err(format!(
                "found {refused:?}, {first:?}, allowed: {expected:?}"
            ))
        }
    }

    /// Whether the heap had no room for the plugin, or for its first call.
    pub fn lacks_heap(&self) -> bool {
        let first = self.calls.first().and_then(|(call, _)| call.as_ref().err());
        let lacks = |error: &String| {
            ["Heap", "NoRoom", "OutOfMemory"]
                .iter()
                .any(|word| error.contains(word))
        };
        self.refused.as_ref().or(first).is_some_and(lacks)
    }

    /// How it differs from what came of the same case on a board with more heap, if it does: what is said, and the fuel. How far
    /// memory can grow is the heap's to say.
    pub fn differs(&self, case: &Case, roomy: &Self) -> Option<String> {
        let same = self.refused == roomy.refused && self.calls == roomy.calls;
        let grows = case.class.starts_with("memory");
        (!same && !grows && !self.lacks_heap()).then(|| {
            let (found, other) = ((&self.refused, &self.calls), (&roomy.refused, &roomy.calls));
            format!("{}: found {found:?}, elsewhere {other:?}", case.name())
        })
    }

    /// What it counts as in a table.
    pub fn kind(&self) -> Kind {
        let first = self.calls.first().map(|(result, _)| result);
        match (&self.refused, first) {
            _ if self.lacks_heap() => Kind::NoHeap,
            (Some(error), _) => Kind::Refused(reason(error)),
            (None, Some(Err(error))) if error.contains("OutOfFuel") => Kind::OutOfFuel,
            (None, Some(Err(error))) if error.contains("Trap") => Kind::Trapped,
            (None, Some(Err(_))) => Kind::NoAnswer,
            (None, _) => Kind::Answered,
        }
    }
}

/// What an [`Outcome`] counts as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Not loaded, with this reason.
    Refused(String),
    /// Not loaded, or its first call not made, for want of heap.
    NoHeap,
    /// Its first call used up its fuel.
    OutOfFuel,
    /// Its first call trapped.
    Trapped,
    /// Its first call came to an end and to no answer.
    NoAnswer,
    /// Its first call was answered, or it has nothing to be called.
    Answered,
}

/// What an error is called in a table: the reason of a refusal, or the error's own name.
fn reason(error: &str) -> String {
    let text = error.split_once("reason: ").map_or(error, |(_, rest)| rest);
    let name = |text: &str| {
        let end = text.find([' ', '(', '{', ',', '}']).unwrap_or(text.len());
        text[..end].to_owned()
    };
    match text.split_once("what: ") {
        Some((what, quantity)) if what.starts_with("Over") => {
            format!("more {}", name(quantity))
        }
        _ => name(text),
    }
}

/// Checks a case, and names it if it fails.
///
/// # Errors
/// What differs.
pub fn check(case: &Case, outcome: &Outcome) -> Result<(), String> {
    let result = outcome.check(case.expected);
    result.map_err(|error| format!("{}: {error}", case.name()))
}
