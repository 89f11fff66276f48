use std::ops::Range;

use crate::history::{End, Place, Runner, first};
use crate::{Chip, Flash, Report, Subject, Violation};

/// Every single bit of what is written in some bytes, each wrong in a history of its own.
#[derive(Clone, Debug)]
pub struct Flips {
    /// Which bytes of the flash.
    pub bytes: Range<u32>,
    /// How many steps of the script are done before the bit is wrong; the others are done after it.
    pub before: usize,
}

impl Flips {
    /// Does the steps before, then turns a bit and restarts, and does the others: over again for each bit.
    ///
    /// To the subject nothing happens but a restart, so it must find what it acknowledged.
    ///
    /// # Errors
    /// The first history that does not hold. Its last line names the bit.
    pub fn run<S, const WRITE: usize, const ERASE: usize>(
        &self,
        chip: &Chip,
        script: &[S::Step],
    ) -> Result<Report, Violation>
    where
        S: Subject<WRITE, ERASE>,
    {
        let flash = Flash::<WRITE, ERASE>::new(chip);
        let mut runner = Runner::<S, WRITE, ERASE>::new(flash.clone(), script);
        let wrong = |what| Violation::new(what, script, &[]);

        let first = first::<S, WRITE, ERASE>(&flash).map_err(wrong)?;
        let state = match runner.start(first, self.before).map_err(wrong)? {
            End::Done(_, state) => state,
            End::Cut(_) => return Err(wrong("power failed by itself".into())),
        };
        let place = Place::at(self.before, state);
        let snapshot = flash.snapshot();
        let bits = self.bytes.start as usize * 8..self.bytes.end as usize * 8;
        let mut histories = 0;
        for bit in bits {
            flash.restore(&snapshot);
            if !flash.is_written(bit as u32 / 8) {
                continue;
            }
            flash.flip(bit);
            flash.restart();
            let ended = match runner.start(place.clone(), script.len()) {
                Ok(End::Done(subject, state)) => runner.finish(subject, &state),
                Ok(End::Cut(_)) => Err("power failed by itself".into()),
                Err(what) => Err(what),
            };
            let (byte, at) = (bit / 8, bit % 8);
            ended.map_err(|what| {
                wrong(format!(
                    "{what}\n  bit {at} of byte {byte:#x} is wrong after {} steps",
                    self.before
                ))
            })?;
            histories += 1;
        }
        Ok(Report {
            histories,
            work: flash.work(),
        })
    }
}
