use std::collections::BTreeMap;
use std::fmt;

use corelet_mps2_an386::Way;

use crate::{Case, Kind, Outcome};

/// What came of a set.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// All of it.
    pub table: Table,
    /// What should not have been, for a person.
    pub wrong: Vec<String>,
}

impl Findings {
    /// Counts and checks one case in one way.
    pub(crate) fn add(&mut self, case: &Case, way: Way, outcome: &Outcome) {
        self.table.count(case, way, outcome);
        self.wrong.extend(outcome.check(case, way).err());
    }
}

/// What came of a set in one piece, class by class, and how often it was interrupted in other ways.
#[derive(Clone, Debug, Default)]
pub struct Table {
    classes: Vec<(&'static str, BTreeMap<Kind, usize>)>,
    interrupted: Vec<(Way, usize)>,
}

impl Table {
    fn count(&mut self, case: &Case, way: Way, outcome: &Outcome) {
        if matches!(way, Way::Cancelled(..) | Way::Unloaded(..)) {
            let known = self.interrupted.iter().position(|(known, _)| *known == way);
            let index = known.unwrap_or_else(|| {
                self.interrupted.push((way, 0));
                self.interrupted.len() - 1
            });
            self.interrupted[index].1 += usize::from(outcome.interrupted);
        }
        if way == Way::Whole {
            self.count_whole(case, outcome);
        }
    }

    fn count_whole(&mut self, case: &Case, outcome: &Outcome) {
        let index = self
            .classes
            .iter()
            .position(|(class, _)| *class == case.class);
        let index = index.unwrap_or_else(|| {
            self.classes.push((case.class, BTreeMap::new()));
            self.classes.len() - 1
        });
        *self.classes[index].1.entry(outcome.kind()).or_default() += 1;
    }

    /// How many the way that interrupted the fewest did.
    pub fn interrupted_min(&self) -> usize {
        let counts = self.interrupted.iter().map(|(_, count)| *count);
        counts.min().unwrap_or(0)
    }

    /// All cases that count as one of these.
    pub fn total(&self, of: impl Fn(&Kind) -> bool) -> usize {
        let counts = self.classes.iter().flat_map(|(_, counts)| counts);
        counts
            .filter(|(kind, _)| of(kind))
            .map(|(_, count)| count)
            .sum()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, class: &str, counts: &[(&Kind, &usize)]| {
            let sum = |of: &dyn Fn(&Kind) -> bool| -> usize {
                counts
                    .iter()
                    .filter(|(kind, _)| of(kind))
                    .map(|(_, count)| **count)
                    .sum()
            };
            writeln!(
                f,
                "{class:36}{:>6}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
                sum(&|_| true),
                sum(&|kind| matches!(kind, Kind::Refused(_))),
                sum(&|kind| *kind == Kind::NoHeap),
                sum(&|kind| *kind == Kind::OutOfFuel),
                sum(&|kind| *kind == Kind::Trapped),
                sum(&|kind| *kind == Kind::NoAnswer),
                sum(&|kind| *kind == Kind::Answered),
            )
        };
        writeln!(
            f,
            "{:36}{:>6}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
            "class", "cases", "refused", "no heap", "no fuel", "trapped", "no ans.", "answered"
        )?;
        for (class, counts) in &self.classes {
            line(f, class, &counts.iter().collect::<Vec<_>>())?;
        }
        let all: Vec<_> = self.classes.iter().flat_map(|(_, counts)| counts).collect();
        line(f, "all", &all)?;
        let mut reasons = BTreeMap::<_, usize>::new();
        for (kind, count) in all {
            if let Kind::Refused(reason) = kind {
                *reasons.entry(reason).or_default() += count;
            }
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        write!(f, "refused for:")?;
        for (reason, count) in reasons {
            write!(f, " {reason} {count},")?;
        }
        writeln!(f)?;
        write!(f, "interrupted:")?;
        for (way, count) in &self.interrupted {
            write!(f, " {way:?} {count},")?;
        }
        writeln!(f)
    }
}
