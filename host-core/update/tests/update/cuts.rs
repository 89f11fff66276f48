//! Histories in which power fails, or the driver does, at every change of the flash.

use std::collections::BTreeMap;

use corelet_fault_flash::{Change, Damage, Fault, Kind, Planned};
use corelet_host::{Report as HostReport, SlotState};
use corelet_store::{BankId, BankState, Error, ImageDigest, Runs, Start, Store};
use corelet_update::{Fuel, Refused, Report, SlotId, UpdatePolicy};

use crate::board::*;

/// What was acknowledged of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Uploaded,
    Tested,
    /// With another one, which may fail.
    TestedTogether,
    Confirmed,
    Rejected,
    Gone,
}

/// A device, and whoever manages it: gives every command again that failed while there was power. All of it is none once power has failed.
pub(crate) struct Rig {
    pub(crate) plugins: Plugins,
    policy: UpdatePolicy,
    facts: BTreeMap<ImageDigest, Fate>,
    /// Where the driver may fail, and does not for ever.
    failures: u32,
}

impl Rig {
    fn start(flash: &Spi, policy: UpdatePolicy) -> Option<Self> {
        let mounted = (0..3).find_map(|_| {
            // The driver fails once, and there may be no power.
            Store::mount(flash.clone(), &MAP, Start::Ordinary).ok()
        });
        flash.0.is_powered().then_some(())?;
        Some(Self {
            plugins: over(mounted.unwrap(), policy),
            policy,
            facts: BTreeMap::new(),
            failures: 0,
        })
    }

    fn powered(&self) -> Option<()> {
        self.plugins.store().flash().0.is_powered().then_some(())
    }

    /// Gives a command until it is acknowledged.
    fn command(&mut self, give: impl Fn(&mut Plugins) -> Result<(), Refused>) -> Option<()> {
        for _ in 0..5 {
            let given = give(&mut self.plugins);
            self.powered()?;
            match given {
                Ok(()) => return Some(()),
                Err(Refused::Store(Error::Flash(_) | Error::NotWritten { .. })) => {
                    self.failures += 1;
                }
                // It was done, and the answer was the driver's error.
                Err(Refused::NoTrial(_) | Refused::NotRejected(_) | Refused::NotStaged(_))
                    if self.failures > 0 =>
                {
                    return Some(());
                }
                Err(refused) => panic!("{refused:?}"),
            }
        }
        panic!("a command is never acknowledged");
    }

    pub(crate) fn upload(&mut self, slot: SlotId, image: &[u8]) -> Option<()> {
        let length = image.len() as u32;
        let mut wanted = None;
        for _ in 0..1_000 {
            let offset = match wanted {
                None => self.plugins.open(slot, length, Some(digest(image)), false),
                Some(offset) => {
                    let rest = &image[offset as usize..];
                    self.plugins.receive(offset, &rest[..rest.len().min(200)])
                }
            };
            self.powered()?;
            match offset {
                Ok(offset) if offset == length => {
                    self.facts.insert(digest(image), Fate::Uploaded);
                    return Some(());
                }
                Ok(offset) => wanted = Some(offset),
                Err(Refused::Store(_) | Refused::Damaged) => wanted = None,
                Err(refused) => panic!("{refused:?}"),
            }
            let _ = self.run()?;
        }
        panic!("the upload does not end");
    }

    pub(crate) fn test(&mut self, slots: &[SlotId], images: &[&[u8]]) -> Option<()> {
        // What ran before may be replaced from now on.
        let before = [Fate::Tested, Fate::TestedTogether, Fate::Confirmed];
        self.facts.retain(|_, fate| !before.contains(fate));
        self.command(|plugins| plugins.test(slots))?;
        for image in images {
            let alone = images.len() == 1;
            let fate = if alone {
                Fate::Tested
            } else {
                Fate::TestedTogether
            };
            self.facts.insert(digest(image), fate);
        }
        Some(())
    }

    pub(crate) fn confirm(&mut self, slot: SlotId) -> Option<()> {
        self.command(|plugins| plugins.confirm(slot))
    }

    pub(crate) fn roll_back(&mut self, slot: SlotId, image: &[u8]) -> Option<()> {
        self.command(|plugins| plugins.roll_back(slot))?;
        self.facts.insert(digest(image), Fate::Rejected);
        Some(())
    }

    pub(crate) fn forgive(&mut self, image: &[u8]) -> Option<()> {
        self.facts.remove(&digest(image));
        self.command(|plugins| plugins.forgive(&digest(image)))
    }

    pub(crate) fn erase(&mut self, image: &[u8]) -> Option<()> {
        self.facts.remove(&digest(image));
        while let Some(bank) = self.find(image) {
            // What the driver failed at is looked at again.
            let _ = self.plugins.erase(bank);
            self.powered()?;
        }
        self.facts.insert(digest(image), Fate::Gone);
        Some(())
    }

    fn find(&self, image: &[u8]) -> Option<BankId> {
        let mut banks = self.plugins.store().banks();
        let found = banks.find(|(_, bank)| bank.image.digest == digest(image))?;
        Some(found.0)
    }

    /// One call of `run`, and what it acknowledges.
    fn run(&mut self) -> Option<Report> {
        let slots = [ONE, TWO];
        let running = |plugins: &Plugins| slots.map(|slot| running(plugins, slot));
        let before = running(&self.plugins);
        let report = self.plugins.run(Fuel(1_000));
        match report {
            Report::WantsErase => {
                let _ = self.plugins.erase_now();
            }
            Report::RolledBack { slot, reason } if reason.is_verdict() => {
                let failed = before[usize::from(slot.0)].unwrap();
                self.facts.insert(failed, Fate::Rejected);
            }
            Report::Confirmed { slot } => {
                let stays = running(&self.plugins)[usize::from(slot.0)].unwrap();
                self.facts.insert(stays, Fate::Confirmed);
            }
            _ => {}
        }
        self.powered()?;
        Some(report)
    }

    pub(crate) fn pass(&mut self, seconds: u64) -> Option<Vec<Report>> {
        let mut told = Vec::new();
        for second in 0..=seconds {
            if second > 0 {
                self.plugins.host().board_mut().unwrap().now += SECOND;
            }
            for turn in 0.. {
                assert!(turn < 1_000, "it does not come to rest: {told:?}");
                match self.run()? {
                    Report::Host(HostReport::Idle { .. }) => break,
                    report => told.push(report),
                }
            }
        }
        Some(told)
    }

    /// That what was acknowledged is there.
    fn holds(&self) {
        let store = self.plugins.store();
        for (image, fate) in &self.facts {
            let rejected = store.rejections().iter().any(|one| one.digest == *image);
            let mut banks = store.banks().map(|(_, bank)| bank);
            let state = banks.find(|bank| bank.image.digest == *image);
            let state = state.map_or(BankState::Empty, |bank| bank.state);
            let holds = match fate {
                Fate::Rejected => rejected && !matches!(state, BankState::Trial { .. }),
                Fate::Gone => state == BankState::Empty,
                Fate::Confirmed => state == BankState::Confirmed,
                Fate::TestedTogether if state == BankState::Verified => {
                    !store.rejections().is_empty()
                }
                Fate::Tested | Fate::TestedTogether => {
                    rejected || matches!(state, BankState::Trial { .. } | BankState::Confirmed)
                }
                Fate::Uploaded => {
                    let there = matches!(
                        state,
                        BankState::Verified | BankState::Trial { .. } | BankState::Confirmed
                    );
                    rejected || there
                }
            };
            assert!(holds, "{fate:?} was acknowledged, and it is {state:?}");
        }
    }
}

/// What a slot runs, as the store says.
fn running(plugins: &Plugins, slot: SlotId) -> Option<ImageDigest> {
    let (Runs::Trial(bank) | Runs::Confirmed(bank)) = plugins.store().runs(slot) else {
        return None;
    };
    Some(plugins.store().bank(bank)?.image.digest)
}

/// A history, and what may run after it, however it ended.
pub(crate) struct History<'a> {
    pub(crate) policy: UpdatePolicy,
    pub(crate) before: &'a dyn Fn(&mut Rig) -> Option<()>,
    pub(crate) act: &'a dyn Fn(&mut Rig) -> Option<()>,
    /// Of each slot; an empty image is none.
    pub(crate) allowed: [&'a [&'a [u8]]; 2],
    /// What is tried to see whether an update still succeeds.
    pub(crate) fresh: &'a [u8],
    /// Every so many bytes of a write it is torn.
    pub(crate) step: usize,
}

impl History<'_> {
    /// Does it with a fault at every change. Returns how often.
    pub(crate) fn sweep(&self, flash: Spi) -> usize {
        let mut rig = Rig::start(&flash, self.policy).unwrap();
        (self.before)(&mut rig).unwrap();
        drop(rig);
        let from = flash.0.snapshot();
        let trace = self.run(&flash).1;
        let mut histories = 0;
        for (after, change) in trace.into_iter().enumerate() {
            for fault in faults(change, self.step) {
                flash.0.restore(&from);
                let planned = Planned {
                    seed: after as u64,
                    ..Planned::after(after, fault)
                };
                flash.0.plan(planned);
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    let (mut facts, _) = self.run(&flash);
                    if histories % 2 == 0 {
                        facts = self.cut_again(&flash, facts, histories % 7);
                    }
                    self.judge(&flash, facts);
                }));
                if let Err(panic) = result {
                    eprintln!("{fault:?} at change {after}: {change}");
                    std::panic::resume_unwind(panic);
                }
                histories += 1;
            }
        }
        histories
    }

    fn run(&self, flash: &Spi) -> (BTreeMap<ImageDigest, Fate>, Vec<Change>) {
        flash.0.take_trace();
        let mut facts = BTreeMap::new();
        if let Some(mut rig) = Rig::start(flash, self.policy) {
            let _ = (self.act)(&mut rig);
            facts = rig.facts;
        }
        (facts, flash.0.take_trace())
    }

    /// The device starts, and power fails again after so many changes, or not.
    fn cut_again(
        &self,
        flash: &Spi,
        facts: BTreeMap<ImageDigest, Fate>,
        after: usize,
    ) -> BTreeMap<ImageDigest, Fate> {
        flash.0.restart();
        flash.0.plan(Planned::after(after, Fault::Any(Kind::Torn)));
        let Some(mut rig) = Rig::start(flash, self.policy) else {
            return facts;
        };
        rig.facts = facts;
        let _ = rig.pass(3);
        rig.facts
    }

    /// All that was in memory is lost, and the device starts.
    fn judge(&self, flash: &Spi, facts: BTreeMap<ImageDigest, Fate>) {
        flash.0.cancel();
        flash.0.restart();
        let mut rig = Rig::start(flash, self.policy).unwrap();
        rig.facts = facts;
        rig.holds();
        let mut told = rig.pass(12).unwrap();
        rig.holds();
        for (slot, allowed) in [ONE, TWO].into_iter().zip(self.allowed) {
            let runs = running(&rig.plugins, slot);
            let of = |image: &&[u8]| (!image.is_empty()).then(|| digest(image));
            assert!(allowed.iter().any(|image| of(image) == runs), "{told:?}");
            let state = rig.plugins.host().state(slot);
            assert_eq!(state == SlotState::Running, runs.is_some(), "{state:?}");
            assert_eq!(ticks(&told, slot), runs.is_some(), "{told:?}");
        }
        told.retain(|report| !matches!(report, Report::Host(_) | Report::WantsErase));
        for report in &told {
            let same = told.iter().filter(|other| *other == report).count();
            assert!(same == 1, "{told:?}");
            assert!(!matches!(
                report,
                Report::Parked { .. } | Report::StoreFailed { .. }
            ));
        }
        // What is on trial, if the manager is to say, is said to be good.
        if matches!(rig.plugins.store().runs(ONE), Runs::Trial(_)) {
            rig.confirm(ONE).unwrap();
        }
        // What waits gives way, and so does what runs.
        let stays = [Fate::Rejected, Fate::Gone];
        rig.facts.retain(|_, fate| stays.contains(fate));
        rig.upload(ONE, self.fresh).unwrap();
        rig.test(&[ONE], &[self.fresh]).unwrap();
        rig.confirm(ONE).unwrap();
        let told = rig.pass(8).unwrap();
        assert_eq!(running(&rig.plugins, ONE), Some(digest(self.fresh)));
        assert!(ticks(&told, ONE), "{told:?}");
        assert_eq!(rig.policy, self.policy);
        rig.holds();
    }
}

/// What can go wrong with a change.
fn faults(change: Change, step: usize) -> Vec<Fault> {
    use Damage::{Half, None, Prefix, Some, Whole, Zeroed};
    match change {
        Change::Write { length, .. } => {
            let torn = (1..length).step_by(step).map(Prefix);
            let cuts = [None, Whole].into_iter().chain(torn).map(Fault::Cut);
            let refused = [None, Prefix(length / 2), Whole].map(Fault::Refused);
            cuts.chain(refused).collect()
        }
        Change::Erase { .. } => {
            let cuts = [None, Half, Some, Zeroed, Whole].map(Fault::Cut);
            let refused = [None, Half, Whole].map(Fault::Refused);
            cuts.into_iter().chain(refused).collect()
        }
    }
}
