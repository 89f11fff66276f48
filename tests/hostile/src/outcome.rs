use corelet_mps2_an386::Way;

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
    /// Whether it was within a call when that was cancelled or the plugin unloaded.
    pub interrupted: bool,
    /// Whether the plugin in the other slot answered as it must, then and afterwards.
    pub neighbour: bool,
    /// Bytes of heap in use before, and afterwards with the slot empty again.
    pub heap: [usize; 2],
}

impl Outcome {
    /// Whether nothing was broken, and what came of the case is what shall.
    ///
    /// A plugin that shall be loaded may find the heap too small, be it for itself or for a call; see [`Self::lacks_heap`]. Of one
    /// that was unloaded before its calls came to an end, only a refusal tells.
    ///
    /// # Errors
    /// What differs, for a person.
    pub fn check(&self, case: &Case, way: Way) -> Result<(), String> {
        let is_cut_short = matches!(way, Way::Unloaded(..)) && self.refused.is_none();
        let expected = if is_cut_short {
            Expected::Survived
        } else {
            case.expected
        };
        self.check_expected(expected)
            .map_err(|error| format!("{}, {way:?}: {error}", case.name()))
    }

    fn check_expected(&self, expected: Expected) -> Result<(), String> {
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

    /// Whether it must be what comes of the same case in one piece: its calls began on a fresh instance and were not cut short.
    pub fn must_be_as_whole(&self, way: Way) -> bool {
        match way {
            Way::Whole | Way::Slices(_) => true,
            Way::Cancelled(..) => self.interrupted,
            Way::Unloaded(..) => false,
        }
    }

    /// How it differs from what came of the same case otherwise, if it does: what is said, and the fuel.
    pub fn differs(&self, case: &Case, way: Way, other: &Self) -> Option<String> {
        let same = self.refused == other.refused && self.calls == other.calls;
        (!same).then(|| {
            let (found, other) = ((&self.refused, &self.calls), (&other.refused, &other.calls));
            let name = case.name();
            format!("{name}, {way:?}: found {found:?}, elsewhere {other:?}")
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
