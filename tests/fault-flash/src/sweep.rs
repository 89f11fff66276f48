use std::ops::{AddAssign, Range};

use fastrand::Rng;

use crate::history::{End, Place, Runner, first};
use crate::{Change, Chip, Fault, Flash, Kind, Planned, Snapshot, Subject, Violation, Work};

/// Which histories are made of a script.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// What can go wrong.
    pub kinds: Vec<Kind>,
    /// How many faults there are in a history: the second one is in the recovery from the first.
    pub faults: usize,
    /// The first step in which there are faults.
    pub from: usize,
    /// One of so many faults is tried that can come first, another one in each step and with each seed. All by default, which is 1.
    pub every: usize,
    /// How many places are tried for a second or later fault after one before: any of them if there are more. All by default.
    pub later: usize,
    /// How often a fault is tried whose damage is random.
    pub repeat: u32,
    /// How many steps before the one with the first fault are done without a restart.
    pub lead: usize,
    /// Whether a step that met a fault is begun again.
    pub retry: bool,
    /// How many steps are done after a fault, beginning with the one it met.
    pub tail: usize,
    /// What is random follows from this number.
    pub seed: u64,
}

impl Default for Sweep {
    fn default() -> Self {
        Self {
            kinds: Kind::CUTS.to_vec(),
            faults: 1,
            from: 0,
            every: 1,
            later: usize::MAX,
            repeat: 1,
            lead: 0,
            retry: true,
            tail: 2,
            seed: 0,
        }
    }
}

/// What was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Histories that held.
    pub histories: u64,
    /// What was done with the flash.
    pub work: Work,
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.histories += other.histories;
        self.work = self.work + other.work;
    }
}

impl Sweep {
    /// Does the steps of `script` on an erased flash, and then over again with a fault at every place where one can be.
    ///
    /// # Errors
    /// The first history that does not hold.
    pub fn run<S, const WRITE: usize, const ERASE: usize>(
        &self,
        chip: &Chip,
        script: &[S::Step],
    ) -> Result<Report, Violation>
    where
        S: Subject<WRITE, ERASE>,
    {
        let flash = Flash::<WRITE, ERASE>::new(chip);
        let mut explorer = Explorer::<S, WRITE, ERASE> {
            sweep: self,
            runner: Runner::new(flash, script),
            rng: Rng::with_seed(self.seed),
            trail: Vec::new(),
            first: 0,
            spare: Vec::new(),
            histories: 0,
        };
        explorer.runner.retry = self.retry;
        explorer.run()?;
        let histories = explorer.histories;
        let work = explorer.runner.flash.work();
        Ok(Report { histories, work })
    }
}

struct Explorer<'a, S: Subject<WRITE, ERASE>, const WRITE: usize, const ERASE: usize> {
    sweep: &'a Sweep,
    runner: Runner<'a, S, WRITE, ERASE>,
    rng: Rng,
    /// The first step of the history under way.
    first: usize,
    /// The faults of the history under way, and the changes they met.
    trail: Vec<(Planned, Option<Change>)>,
    /// Snapshots that nobody needs any more.
    spare: Vec<Snapshot>,
    histories: u64,
}

impl<S: Subject<WRITE, ERASE>, const WRITE: usize, const ERASE: usize>
    Explorer<'_, S, WRITE, ERASE>
{
    fn run(&mut self) -> Result<(), Violation> {
        let flash = self.runner.flash.clone();
        let erased = flash.snapshot();
        let first = first::<S, WRITE, ERASE>(&flash).map_err(|what| self.violation(what, 0))?;

        // What is in the flash before each step, and what that means.
        let mut starts = vec![(erased, first)];
        for step in 0..self.runner.script.len() {
            let first = step.saturating_sub(self.sweep.lead);
            let (snapshot, place) = &starts[first];
            self.first = first;
            if step >= self.sweep.from {
                self.explore(snapshot, place, step + 1, self.sweep.faults)?;
            }

            let (snapshot, place) = &starts[step];
            flash.restore(snapshot);
            let after = match self.start(place, step + 1)? {
                End::Done(_, after) => after,
                End::Cut(_) => return Err(self.powerless(step + 1)),
            };
            starts.push((flash.snapshot(), Place::at(step + 1, after)));
        }
        Ok(())
    }

    /// Runs what comes from `place` to step `until`, and then again with each fault that it can meet.
    fn explore(
        &mut self,
        from: &Snapshot,
        place: &Place<S::State>,
        until: usize,
        faults: usize,
    ) -> Result<(), Violation> {
        self.begin(from);
        let flash = self.runner.flash.clone();
        let reads = flash.work().reads;
        let ended = self.start(place, until)?;
        let trace = flash.take_trace();
        let reads = reads..flash.work().reads;
        self.end(ended, until)?;
        if faults == 0 {
            return Ok(());
        }
        let mut mark = (0, reads.start);
        if self.trail.is_empty() && place.next + 1 < until {
            // What goes wrong with the steps of the lead is another history.
            mark = self.runner.mark;
        }
        let reads = (mark.1 - reads.start) as usize..(reads.end - reads.start) as usize;
        let mut spare = self.spare.pop();
        for planned in self.faults(&trace, mark.0, reads) {
            self.begin(from);
            flash.plan(planned);
            let met = (!planned.fault.is_for_reads()).then(|| trace[planned.after]);
            self.trail.push((planned, met));
            match self.start(place, until)? {
                End::Cut(place) => {
                    let until = (place.next + self.sweep.tail).min(self.runner.script.len());
                    if faults == 1 {
                        flash.restart();
                        let ended = self.start(&place, until)?;
                        self.end(ended, until)?;
                    } else {
                        let snapshot = spare.get_or_insert_with(|| flash.snapshot());
                        flash.snapshot_into(snapshot);
                        self.explore(snapshot, &place, until, faults - 1)?;
                    }
                }
                done => self.end(done, until)?,
            }
            self.trail.pop();
        }
        self.spare.extend(spare);
        Ok(())
    }

    /// Puts the flash back to `from`, and the device starts.
    fn begin(&mut self, from: &Snapshot) {
        self.runner.flash.restore(from);
        if !self.trail.is_empty() {
            self.runner.flash.restart();
        }
    }

    fn start(
        &mut self,
        place: &Place<S::State>,
        until: usize,
    ) -> Result<End<S, S::State>, Violation> {
        let started = self.runner.start(place.clone(), until);
        started.map_err(|what| self.violation(what, until))
    }

    /// Ends a history.
    fn end(&mut self, ended: End<S, S::State>, until: usize) -> Result<(), Violation> {
        let End::Done(subject, state) = ended else {
            return Err(self.powerless(until));
        };
        let finished = self.runner.finish(subject, &state);
        finished.map_err(|what| self.violation(what, until))?;
        self.histories += 1;
        Ok(())
    }

    /// What can go wrong with these changes, from number `first` on, and with these reads.
    fn faults(&mut self, trace: &[Change], first: usize, reads: Range<usize>) -> Vec<Planned> {
        let mut planned = Vec::new();
        let mut faults = Vec::new();
        for kind in &self.sweep.kinds {
            if *kind == Kind::Unread {
                let reads = reads.clone();
                planned.extend(reads.map(|after| Planned::after(after, Fault::Unread)));
            }
            for (after, change) in trace.iter().enumerate().skip(first) {
                faults.clear();
                kind.faults(*change, WRITE as u32, &mut faults);
                for fault in &faults {
                    let repeat = if fault.is_random() {
                        self.sweep.repeat
                    } else {
                        1
                    };
                    planned.extend((0..repeat).map(|_| Planned {
                        seed: self.rng.u64(..),
                        ..Planned::after(after, *fault)
                    }));
                }
            }
        }
        if self.trail.is_empty() {
            let every = self.sweep.every.max(1);
            let begin = self.first.wrapping_add(self.sweep.seed as usize) % every;
            return planned.into_iter().skip(begin).step_by(every).collect();
        }
        if planned.len() > self.sweep.later {
            self.rng.shuffle(&mut planned);
            planned.truncate(self.sweep.later);
        }
        planned
    }

    fn powerless(&self, until: usize) -> Violation {
        self.violation("power failed by itself".into(), until)
    }

    fn violation(&self, what: String, until: usize) -> Violation {
        Violation::new(what, &self.runner.script[self.first..until], &self.trail)
    }
}
