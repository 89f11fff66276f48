//! One history: starts of the device, until power fails, over and over, held against the model.

use std::fmt;
use std::marker::PhantomData;

use crate::{Change, Flash, Planned, Subject};

/// Where a history stands between two starts.
#[derive(Clone, Debug)]
pub(crate) struct Place<State> {
    /// What was acknowledged.
    pub(crate) before: State,
    /// Whether `next` was begun.
    pub(crate) pending: bool,
    /// The step to do next.
    pub(crate) next: usize,
}

impl<State> Place<State> {
    /// Before step `next`, which was not begun.
    pub(crate) fn at(next: usize, before: State) -> Self {
        Self {
            before,
            pending: false,
            next,
        }
    }
}

/// Before the first step, with what the subject finds in this flash.
pub(crate) fn first<S, const WRITE: usize, const ERASE: usize>(
    flash: &Flash<WRITE, ERASE>,
) -> Result<Place<S::State>, String>
where
    S: Subject<WRITE, ERASE>,
{
    let observed = S::open(flash.clone()).and_then(|mut subject| subject.observe());
    observed
        .map(|state| Place::at(0, state))
        .map_err(|error| format!("at first: {error:?}"))
}

/// How a start ended.
pub(crate) enum End<S, State> {
    /// All steps are done, and the device was started once more.
    Done(S, State),
    /// Power failed.
    Cut(Place<State>),
}

/// A rule of the model that does not hold, and the history that shows it.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What does not hold.
    pub what: String,
    /// The steps from the first that was done to the last that was begun.
    pub steps: Vec<String>,
    /// What went wrong in each start, and which change it met.
    pub faults: Vec<(Planned, Option<Change>)>,
}

impl Violation {
    pub(crate) fn new(
        what: String,
        steps: &[impl fmt::Debug],
        faults: &[(Planned, Option<Change>)],
    ) -> Self {
        Self {
            what,
            steps: steps.iter().map(|step| format!("{step:?}")).collect(),
            faults: faults.to_vec(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.what)?;
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "  step {number}: {step}")?;
        }
        for (number, (planned, change)) in self.faults.iter().enumerate() {
            let Planned { after, fault, seed } = planned;
            write!(f, "  start {number}: {fault:?} (seed {seed}) after {after}")?;
            match change {
                Some(change) => writeln!(f, ": {change}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Violation {}

/// Runs the starts of histories on one flash.
pub(crate) struct Runner<'a, S: Subject<WRITE, ERASE>, const WRITE: usize, const ERASE: usize> {
    pub(crate) flash: Flash<WRITE, ERASE>,
    pub(crate) script: &'a [S::Step],
    /// Whether a step that was begun, and met a fault, is begun again.
    pub(crate) retry: bool,
    /// How many changes there were in the last start before its last step, and reads in all before that.
    pub(crate) mark: (usize, u64),
    subject: PhantomData<S>,
}

/// Power failed, or something does not hold.
enum Stop {
    Cut,
    Wrong(String),
}

impl<'a, S: Subject<WRITE, ERASE>, const WRITE: usize, const ERASE: usize>
    Runner<'a, S, WRITE, ERASE>
{
    pub(crate) fn new(flash: Flash<WRITE, ERASE>, script: &'a [S::Step]) -> Self {
        Self {
            flash,
            script,
            retry: true,
            mark: (0, 0),
            subject: PhantomData,
        }
    }

    /// From `place` on to step `until`, or till power fails.
    pub(crate) fn start(
        &mut self,
        mut place: Place<S::State>,
        until: usize,
    ) -> Result<End<S, S::State>, String> {
        match self.go(&mut place, until) {
            Ok(subject) => Ok(End::Done(subject, place.before)),
            Err(Stop::Cut) => Ok(End::Cut(place)),
            Err(Stop::Wrong(what)) => Err(what),
        }
    }

    fn go(&mut self, place: &mut Place<S::State>, until: usize) -> Result<S, Stop> {
        let (mut subject, found) = self.open()?;
        self.judge(place, &found, "after a restart")?;
        if place.pending {
            drop(subject);
            let again;
            (subject, again) = self.open()?;
            same(&found, &again, "recovered a second time")?;
            place.pending = false;
            place.next += usize::from(!self.retry);
        }
        place.before = found;
        while place.next < until {
            self.mark = (self.flash.changes(), self.flash.work().reads);
            self.step(&mut subject, place)?;
        }
        drop(subject);
        let (subject, found) = self.open()?;
        same(&place.before, &found, "after the last restart")?;
        Ok(subject)
    }

    /// Has the subject say what else must hold in `state`, in which a start ended.
    pub(crate) fn finish(&mut self, mut subject: S, state: &S::State) -> Result<(), String> {
        self.flash.cancel();
        let finished = subject.finish(state);
        match self.powered() {
            Ok(()) => finished,
            Err(Stop::Cut) => Err("power failed by itself".into()),
            Err(Stop::Wrong(what)) => Err(what),
        }
    }

    fn step(&mut self, subject: &mut S, place: &mut Place<S::State>) -> Result<(), Stop> {
        let step = &self.script[place.next];
        let expected = S::after(&place.before, step);
        place.pending = true;
        let answer = subject.step(step);
        self.powered()?;
        let fired = self.flash.take_fired();
        match (answer, expected) {
            (Ok(()), Some(after)) => place.before = after,
            (Err(_), None) => {}
            (Err(_), Some(_)) if fired => {
                // The driver failed, power did not: who has seen it fail goes on.
                let found = self.observe(subject)?;
                self.judge(place, &found, "after an error of the driver")?;
                place.before = found;
                place.pending = false;
                place.next += usize::from(!self.retry);
                return Ok(());
            }
            (Ok(()), None) => return wrong(format!("{step:?} was done, and must be refused")),
            (Err(error), Some(_)) => return wrong(format!("{step:?} was refused: {error:?}")),
        }
        place.pending = false;
        place.next += 1;
        let found = self.observe(subject)?;
        same(&place.before, &found, "after an acknowledged step")
    }

    /// Whether `found` can be what is left of what was acknowledged and begun.
    fn judge(&self, place: &Place<S::State>, found: &S::State, when: &str) -> Result<(), Stop> {
        let before = &place.before;
        if found == before {
            return Ok(());
        }
        if !place.pending {
            return same(before, found, when);
        }
        let step = &self.script[place.next];
        let after = S::after(before, step);
        if after.as_ref() == Some(found) || S::is_part(before, step, found) {
            return Ok(());
        }
        wrong(format!(
            "{when}: {step:?} was begun on {before:?}, and found is {found:?}"
        ))
    }

    /// Opens it, and looks at what it keeps; once more if the driver was told to fail.
    fn open(&self) -> Result<(S, S::State), Stop> {
        loop {
            let opened = S::open(self.flash.clone());
            self.powered()?;
            match opened {
                Ok(mut subject) => {
                    let found = self.observe(&mut subject)?;
                    return Ok((subject, found));
                }
                Err(_) if self.flash.take_fired() => {}
                Err(error) => return wrong(format!("it does not open: {error:?}")),
            }
        }
    }

    fn observe(&self, subject: &mut S) -> Result<S::State, Stop> {
        loop {
            let found = subject.observe();
            self.powered()?;
            match found {
                Ok(found) => return Ok(found),
                Err(_) if self.flash.take_fired() => {}
                Err(error) => return wrong(format!("it cannot be read: {error:?}")),
            }
        }
    }

    /// That power has not failed, and nobody has misused the flash.
    fn powered(&self) -> Result<(), Stop> {
        if let Some(misuse) = self.flash.take_misuse() {
            return wrong(format!("misuse: {misuse}"));
        }
        match self.flash.is_powered() {
            true => Ok(()),
            false => Err(Stop::Cut),
        }
    }
}

fn wrong<T>(what: String) -> Result<T, Stop> {
    Err(Stop::Wrong(what))
}

fn same<State: fmt::Debug + PartialEq>(
    expected: &State,
    found: &State,
    when: &str,
) -> Result<(), Stop> {
    if expected == found {
        return Ok(());
    }
    wrong(format!("{when}: expected {expected:?}, found {found:?}"))
}
