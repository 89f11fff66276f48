use std::path::Path;

use corelet_cli::qemu::{Machine, Model, Pace, Serial, Start};
use corelet_cli::{Failure, FlashFile};
use corelet_mps2_an386::BootRecord;

use crate::neighbour::{self, TICK_MS};
use crate::transcript::error_text;
use crate::{Case, Outcome, Transcript};

/// Some ticks, in the machine's own time.
const RUN_MS: u32 = 8 * TICK_MS;

/// The emulated board: its firmware, and the emulator.
#[derive(Clone, Copy, Debug)]
pub struct Emulated<'a> {
    /// The emulator.
    pub qemu: &'a Path,
    /// The firmware's ELF file.
    pub firmware: &'a Path,
    /// A file for its flash, which is made anew for each case.
    pub flash: &'a Path,
}

impl Emulated<'_> {
    /// Starts the machine with its flash as it is, at a pace that is the same in every run.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(&self) -> Result<Machine, Failure> {
        Machine::start(&Start {
            qemu: self.qemu,
            model: Model::Mps2An386,
            firmware: self.firmware,
            flash: self.flash,
            pace: Pace::Instructions,
            serial: Serial::Nothing,
            reboots: false,
        })
    }

    /// A flash in which nothing is.
    ///
    /// # Errors
    /// If the file cannot be made anew.
    pub fn erased_flash(&self) -> std::io::Result<FlashFile> {
        if self.flash.exists() {
            std::fs::remove_file(self.flash)?;
        }
        FlashFile::open(self.flash)
    }

    /// Puts a case to the test on the emulated board, at a pace that is the same in every run.
    ///
    /// # Errors
    /// If the machine does not start, or stops before it has done its work.
    pub fn run(&self, case: &Case) -> Result<Transcript, Failure> {
        self.prepare(case).map_err(Failure::tool)?;
        let mut machine = self.start()?;
        let mut log = Vec::new();
        machine.read_to_end(|line| log.push(line.message))?;
        if !log.iter().any(|line| line.starts_with("figures: ")) {
            let last = log.last().map_or("nothing", String::as_str);
            return Err(Failure::tool(format_args!("the board died after: {last}")));
        }
        Ok(transcript(&log, case.is_ticked()))
    }

    fn prepare(&self, case: &Case) -> std::io::Result<()> {
        // What the case before kept is not this one's.
        let mut flash = self.erased_flash()?;
        flash.put_image(0, &case.image)?;
        flash.put_image(1, &neighbour::image(case.is_ticked()))?;
        let calls = case.script();
        flash.put_boot_record(&BootRecord {
            run_milliseconds: if case.is_ticked() { RUN_MS } else { 1 },
            calls: calls.as_slice().into(),
            ..BootRecord::FOR_EVER
        })
    }
}

/// What the firmware's log says.
fn transcript(log: &[String], is_ticked: bool) -> Transcript {
    let mut transcript = Transcript::default();
    for line in log {
        if let Some(rest) = line.strip_prefix("slot 0: ")
            && let Some((_, error)) = rest.split_once(" refused: ")
        {
            transcript.refused = Some(error_text(error));
        } else if let Some((_, rest)) = numbered(line, "call ") {
            call(rest, &mut transcript.calls);
        } else if let Some((slot, rest)) = numbered(line, "slot ")
            && is_ticked
            && transcript.ticks.len() == slot
            && let Some(outcome) = tick(rest)
        {
            transcript.ticks.push(outcome);
        }
    }
    transcript
}

/// `PREFIXnumber: rest`
fn numbered<'a>(line: &'a str, prefix: &str) -> Option<(usize, &'a str)> {
    let (number, rest) = line.strip_prefix(prefix)?.split_once(": ")?;
    Some((number.parse().ok()?, rest))
}

/// `answer [..]` or `error, to blame: …`, and on the next line `fuel N, …`
fn call(line: &str, calls: &mut Vec<Outcome<Vec<u8>>>) {
    if let Some(fuel) = line.strip_prefix("fuel ") {
        if let Some(last) = calls.last_mut() {
            last.fuel = number(fuel);
        }
        return;
    }
    let result = match line.strip_prefix("answer ") {
        Some(bytes) => Ok(bytes
            .trim_matches(['[', ']'])
            .split(", ")
            .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
            .collect()),
        None => Err(error_text(
            line.split(", to blame: ").next().unwrap_or(line),
        )),
    };
    calls.push(Outcome { result, fuel: 0 });
}

/// `tick, fuel N` or `tick failed: error, fuel N`
fn tick(line: &str) -> Option<Outcome<()>> {
    let rest = line.strip_prefix("tick")?;
    let (result, fuel) = rest.rsplit_once(", fuel ")?;
    Some(Outcome {
        result: match result.strip_prefix(" failed: ") {
            Some(error) => Err(error_text(error)),
            None => Ok(()),
        },
        fuel: number(fuel),
    })
}

/// The number that `text` begins with.
fn number(text: &str) -> u64 {
    let digits = text.split(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read() {
        let log = [
            "slot 0: image refused: BadSignature",
            "slot 1: loaded neighbour 0.0.0: module 300 B",
            "call 0: answer [00, ae]",
            "call 0: fuel 12, 3200 ns, slot Running",
            "call 1: Stopped(OutOfFuel), to blame: Guest",
            "call 1: fuel 20000, 99 ns, slot Running",
            "slot 1: tick, fuel 7",
            "slot 0: tick failed: Call(Malformed(End)), fuel 5",
            "slot 0: tick failed: Call(Malformed(End)), fuel 5",
            "slot 1: tick, fuel 7",
        ];
        let found = transcript(&log.map(String::from), true);
        let expected = Transcript {
            refused: Some("BadSignature".into()),
            calls: vec![
                Outcome {
                    result: Ok(vec![0, 0xae]),
                    fuel: 12,
                },
                Outcome {
                    result: Err("Stopped(OutOfFuel)".into()),
                    fuel: 20_000,
                },
            ],
            ticks: vec![
                Outcome {
                    result: Err("Call(Malformed(End))".into()),
                    fuel: 5,
                },
                Outcome {
                    result: Ok(()),
                    fuel: 7,
                },
            ],
        };
        assert_eq!(found, expected);
    }
}
