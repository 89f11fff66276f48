use fastrand::Rng;

use crate::history::{End, Runner, first};
use crate::{Change, Chip, Fault, Flash, Kind, Planned, Report, Subject, Violation};

/// Random steps with random faults among them, held against the model all the way.
#[derive(Clone, Debug)]
pub struct Walk {
    /// What can go wrong.
    pub kinds: Vec<Kind>,
    /// How many walks, each from an erased flash.
    pub walks: usize,
    /// How many steps each has.
    pub steps: usize,
    /// How many changes, or reads, go well between two faults at the most. A walk ends when all steps are done.
    pub between: usize,
    /// The first walk; the others have the numbers that follow.
    pub seed: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            kinds: Kind::ALL.to_vec(),
            walks: 100,
            steps: 50,
            between: 60,
            seed: 0,
        }
    }
}

impl Walk {
    /// Walks. `step` makes up a step.
    ///
    /// # Errors
    /// The first walk that does not hold.
    pub fn run<S, const WRITE: usize, const ERASE: usize>(
        &self,
        chip: &Chip,
        mut step: impl FnMut(&mut Rng) -> S::Step,
    ) -> Result<Report, Violation>
    where
        S: Subject<WRITE, ERASE>,
    {
        let flash = Flash::<WRITE, ERASE>::new(chip);
        let erased = flash.snapshot();
        for walk in 0..self.walks {
            let mut rng = Rng::with_seed(self.seed.wrapping_add(walk as u64));
            let script: Vec<S::Step> = (0..self.steps).map(|_| step(&mut rng)).collect();
            flash.restore(&erased);
            let mut trail = Vec::new();
            let walked = self.walk::<S, WRITE, ERASE>(&flash, &script, &mut rng, &mut trail);
            walked.map_err(|what| Violation::new(what, &script, &trail))?;
        }
        Ok(Report {
            histories: self.walks as u64,
            work: flash.work(),
        })
    }

    fn walk<S, const WRITE: usize, const ERASE: usize>(
        &self,
        flash: &Flash<WRITE, ERASE>,
        script: &[S::Step],
        rng: &mut Rng,
        trail: &mut Vec<(Planned, Option<Change>)>,
    ) -> Result<(), String>
    where
        S: Subject<WRITE, ERASE>,
    {
        let mut place = first::<S, WRITE, ERASE>(flash)?;
        let mut runner = Runner::<S, WRITE, ERASE>::new(flash.clone(), script);
        loop {
            let kind = rng.choice(&self.kinds).copied().unwrap_or(Kind::Edge);
            let planned = Planned {
                after: rng.usize(0..self.between),
                fault: Fault::Any(kind),
                seed: rng.u64(..),
            };
            flash.restart();
            flash.take_trace();
            flash.plan(planned);
            runner.retry = rng.bool();
            let started = runner.start(place, script.len());
            let met = flash.take_trace().get(planned.after).copied();
            trail.push((planned, met.filter(|_| kind != Kind::Unread)));
            match started? {
                End::Cut(cut) => place = cut,
                End::Done(subject, state) => return runner.finish(subject, &state),
            }
        }
    }
}
