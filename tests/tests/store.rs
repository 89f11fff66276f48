//! The store in QEMU's model of a SPI NOR flash, by the driver that a product would take: whole lives, and cuts of power at any moment.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::Duration;

use corelet_ast1030_evb::{CUT_OFFSET, IMAGE_BYTES, MAP, piece, works};
use corelet_cli::qemu::{Machine, Model, Next, Pace, Serial, Start};
use corelet_cli::{firmware, toolchain};
use corelet_desktop::Flash;
use corelet_store::{BankId, Region};
use tempfile::TempDir;

/// How often the power is cut.
const CUTS: usize = 60;
/// Changes of the flash that a start makes, about; and those of the journal among them, which lies in front.
const CHANGES: [(u32, u32); 2] = [(190, u32::MAX), (70, JOURNAL_END)];
const JOURNAL_END: u32 = MAP.journal()[1].end();
/// How long a line may take to come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of a sector: what is received comes to stay by whole ones.
const SECTOR: u32 = 4096;

/// The emulated board, and its flash in a file.
struct Board {
    qemu: PathBuf,
    firmware: PathBuf,
    folder: TempDir,
}

impl Board {
    /// One whose flash is erased.
    fn new() -> Self {
        let board = Self {
            qemu: toolchain::ensure_qemu().unwrap_or_else(|error| panic!("{error}")),
            firmware: firmware::compile("ast1030-evb", &[])
                .unwrap_or_else(|error| panic!("{error}")),
            folder: tempfile::tempdir().unwrap(),
        };
        Flash::in_file(&board.flash(), MAP.capacity()).unwrap();
        board
    }

    fn flash(&self) -> PathBuf {
        self.folder.path().join("flash")
    }

    fn start(&self) -> Machine {
        Machine::start(&Start {
            qemu: &self.qemu,
            model: Model::Ast1030Evb,
            firmware: &self.firmware,
            flash: &self.flash(),
            pace: Pace::Instructions,
            serial: Serial::Nothing,
            reboots: false,
        })
        .unwrap_or_else(|error| panic!("{error}"))
    }

    /// What it logs in one start, until its power is cut after so many changes of the flash below `end`.
    fn log(&self, changes: u32, end: u32) -> Vec<String> {
        let mut flash = File::options().write(true).open(self.flash()).unwrap();
        flash.seek(SeekFrom::Start(CUT_OFFSET.into())).unwrap();
        let order = [changes.to_le_bytes(), end.to_le_bytes()];
        flash.write_all(order.as_flattened()).unwrap();
        drop(flash);
        let mut machine = self.start();
        let mut log = Vec::new();
        loop {
            match machine.line(PATIENCE) {
                Next::Line(line) if line.message == "cut" => machine.cut_power().unwrap(),
                Next::Line(line) => log.push(line.message),
                Next::End => return log,
                Next::Nothing => panic!("the emulated board is silent after {log:#?}"),
            }
        }
    }
}

/// What a device keeps, of versions that are numbers from 1 on: 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kept {
    confirmed: u32,
    trial: u32,
    rejected: u32,
}

/// What a log acknowledges.
#[derive(Debug, Default)]
struct Acknowledged {
    kept: Kept,
    /// What the step under way makes of it, if there is one that changes it.
    next: Option<Kept>,
    /// The version that came last, and how many bytes of it.
    received: (u32, u32),
}

impl Acknowledged {
    /// Reads one line, and says what is wrong with it.
    fn read(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split([' ', ':', ',']).filter(|word| !word.is_empty());
        let verb = words.next().unwrap_or_default();
        let numbers: Vec<u32> = words.filter_map(|word| word.parse().ok()).collect();
        let version = numbers.first().copied().unwrap_or(0);
        let Kept {
            confirmed,
            rejected,
            ..
        } = self.kept;
        let kept = self.kept;
        let before = self.next.take();
        match verb {
            "start" => {
                let found = found(line, &numbers).ok_or("it is not understood")?;
                if found != kept && Some(found) != before {
                    return Err(format!("{kept:?} or {before:?} was to be found"));
                }
                self.kept = found;
                self.next = (found.trial > 0).then(|| judged(found));
            }
            "offer" if !works(version) && rejected > 0 => {
                self.next = Some(Kept {
                    rejected: 0,
                    ..kept
                });
            }
            "forgive" => self.kept.rejected = 0,
            "open" => {
                let [_, _, offset] = numbers[..] else {
                    return Err("it is not understood".into());
                };
                let least = match self.received {
                    (received, IMAGE_BYTES) if received == version => IMAGE_BYTES,
                    (received, bytes) if received == version => bytes / SECTOR * SECTOR,
                    _ => 0,
                };
                if offset < least {
                    return Err(format!("{least} bytes were acknowledged"));
                }
                self.received = (version, offset);
                // It may have been verified before, without a word.
                self.next = (offset == IMAGE_BYTES).then_some(Kept {
                    trial: version,
                    ..kept
                });
            }
            "receive" => self.received = (version, numbers.get(1).copied().unwrap_or(0)),
            "verify" => {
                self.next = Some(Kept {
                    trial: version,
                    ..kept
                });
            }
            "try" => {
                self.kept.trial = version;
                self.next = Some(judged(self.kept));
            }
            "confirm" | "reject" => {
                self.kept = judged(Kept {
                    trial: version,
                    ..kept
                });
                if works(version) != (verb == "confirm") || version <= confirmed {
                    return Err(format!("after {kept:?}"));
                }
            }
            "offer" | "erase" | "refuse" | "move" | "work" | "end" => self.next = before,
            _ => return Err("it is not understood".into()),
        }
        Ok(())
    }

    /// Reads what one start logged.
    fn read_all(&mut self, log: &[String]) {
        for line in log {
            if let Err(error) = self.read(line) {
                panic!("{line}: {error}, in {log:#?}");
            }
        }
    }
}

/// What comes of a trial.
fn judged(kept: Kept) -> Kept {
    let Kept {
        trial, rejected, ..
    } = kept;
    if works(trial) {
        Kept {
            confirmed: trial,
            trial: 0,
            rejected,
        }
    } else {
        Kept {
            trial: 0,
            rejected: rejected + 1,
            ..kept
        }
    }
}

/// What `start N: V, floor N, N rejected` says. What was confirmed last is the floor, as long as nothing else was.
fn found(line: &str, numbers: &[u32]) -> Option<Kept> {
    let [_, runs, floor, rejected] = *numbers else {
        return None;
    };
    let on_trial = line.contains(": trial of ");
    (on_trial || runs == floor).then_some(Kept {
        confirmed: floor,
        trial: if on_trial { runs } else { 0 },
        rejected,
    })
}

/// The version in a bank of the chip, as the file has it.
fn image_in(flash: &[u8], bank: Region) -> Option<u32> {
    let bytes = flash.get(bank.offset() as usize..)?;
    let bytes = bytes.get(..IMAGE_BYTES as usize)?;
    let version = u32::from_le_bytes(*bytes.first_chunk()?);
    let mut image = vec![0; bytes.len()];
    piece(version, 0, &mut image);
    (bytes == image).then_some(version)
}

#[test]
fn a_second_start_finds_what_the_first_confirmed() {
    let board = Board::new();
    let mut device = Acknowledged::default();
    let starts = [
        "start 1: 0, floor 0, 0 rejected",
        "start 2: 1, floor 1, 1 rejected",
        "start 3: 3, floor 3, 1 rejected",
    ];
    for ((good, start), move_to) in (1..).step_by(2).zip(starts).zip([0x1000, 0, 0x1000]) {
        let log = board.log(u32::MAX, u32::MAX);
        device.read_all(&log);
        let bad = good + 1;
        let expected = [
            start.to_owned(),
            format!("verify {good}"),
            format!("try {good}"),
            format!("confirm {good}"),
            format!("verify {bad}"),
            format!("try {bad}"),
            format!("reject {bad}"),
            format!("refuse {bad}"),
            format!("move to {move_to:#x}"),
            "end".to_owned(),
        ];
        let others = [
            "offer ", "open ", "erase ", "receive ", "forgive", "work of ",
        ];
        let steps = log
            .iter()
            .filter(|line| others.iter().all(|other| !line.starts_with(other)));
        assert!(steps.eq(&expected), "{log:#?}");
        // Not by what the device says, but by what is in the chip.
        let flash = fs::read(board.flash()).unwrap();
        let banks = [0, 1].map(|bank| image_in(&flash, MAP.bank(BankId(bank)).unwrap()));
        assert!(banks.contains(&Some(good)), "{banks:?}");
    }
}

#[test]
fn power_may_be_cut_at_any_moment() {
    let board = Board::new();
    let mut device = Acknowledged::default();
    let mut rng = fastrand::Rng::with_seed(1);
    let mut cut = 0;
    for (changes, end) in CHANGES.into_iter().cycle().take(CUTS) {
        let log = board.log(rng.u32(..changes), end);
        device.read_all(&log);
        cut += usize::from(log.last().is_none_or(|line| line != "end"));
    }
    // The last moments may be behind the end of a start.
    assert!(cut > CUTS / 2, "{cut}");
    let log = board.log(u32::MAX, u32::MAX);
    device.read_all(&log);
    assert_eq!(log.last().map(String::as_str), Some("end"), "{log:#?}");
}
