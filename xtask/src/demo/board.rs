use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use corelet_cli::qemu::{Machine, Model, Next, Pace, Serial, Start};
use corelet_cli::{Failure, FlashFile};
use corelet_desktop::Desktop;
use corelet_mps2_an386::{BootRecord, DATA};

use super::checks::Checks;

/// How long the demo waits for what it expects, on a busy computer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The emulated board.
pub(super) struct Board {
    pub(super) qemu: PathBuf,
    pub(super) firmware: PathBuf,
    pub(super) flash: PathBuf,
}

impl Board {
    /// Puts images into the flash, the first for slot 0; the firmware runs until it is killed.
    pub(super) fn install(&self, images: &[&Path]) -> Result<(), Failure> {
        let write = || -> std::io::Result<()> {
            let mut flash = FlashFile::open(&self.flash)?;
            for (bank, image) in images.iter().enumerate() {
                flash.put_image(bank, &fs::read(image)?)?;
            }
            flash.put_boot_record(&BootRecord::FOR_EVER)
        };
        write().map_err(|error| Failure::writing(&self.flash, &error))
    }

    fn start(&self, milli_celsius: i32) -> Result<Watched, Failure> {
        let machine = Machine::start(&Start {
            qemu: &self.qemu,
            model: Model::Mps2An386,
            firmware: &self.firmware,
            flash: &self.flash,
            pace: Pace::Real,
            serial: Serial::Nothing,
            reboots: false,
        })?;
        let mut watched = Watched {
            machine,
            heated: false,
        };
        watched.warm(milli_celsius)?;
        Ok(watched)
    }

    /// How often the thermostat switched, as its flash has it.
    fn switches(&self) -> Option<u32> {
        // The desktop keeps what a device keeps in its data region, so it can read a copy of that.
        let flash = fs::read(&self.flash).ok()?;
        let copy = self.flash.with_extension("data");
        fs::write(&copy, DATA.of(&flash)?).ok()?;
        let kept = stored(&copy, "switches");
        println!("  flash: switches = {kept:?}");
        kept
    }
}

/// A machine whose log is shown as it comes.
struct Watched {
    machine: Machine,
    /// Whether the thermostat has switched yet.
    heated: bool,
}

impl Watched {
    /// Sets the temperature of the sensor's model.
    fn warm(&mut self, milli_celsius: i32) -> Result<(), Failure> {
        println!(
            "  QMP: the sensor is set to {:.2} °C",
            f64::from(milli_celsius) / 1000.0
        );
        self.machine
            .set_temperature(milli_celsius)
            .map_err(|error| Failure::tool(format_args!("the sensor cannot be set: {error}")))
    }

    /// Shows the log up to a line that holds `expected`. Whether one came in time.
    fn wait_for(&mut self, expected: &str) -> bool {
        let start = Instant::now();
        while let Some(left) = PATIENCE.checked_sub(start.elapsed()) {
            match self.machine.line(left) {
                Next::Line(line) => {
                    println!(
                        "  {:8.3} {:5} {}",
                        line.time.as_secs_f64(),
                        line.level,
                        line.message
                    );
                    self.heated |= line.message.contains("heating");
                    if line.message.contains(expected) {
                        return true;
                    }
                }
                Next::Nothing | Next::End => return false,
            }
        }
        false
    }
}

pub(super) fn first_life(board: &Board, checks: &mut Checks) -> Result<(), Failure> {
    let mut machine = board.start(21_500)?;
    let loaded = machine.wait_for("slot 1: loaded moving-average");
    checks.check("both plugins are loaded from flash", loaded);
    let average = machine.wait_for("processed 4 to 21500");
    checks.check("moving-average sees 21.5 °C", average);

    machine.warm(30_000)?;
    let average = machine.wait_for("processed 4 to 30000");
    checks.check("moving-average sees 30.0 °C", average);
    checks.check("the thermostat leaves the heating off", !machine.heated);

    machine.warm(-5_250)?;
    let on = machine.wait_for("-5250 m°C: heating on");
    checks.check("at −5.25 °C the thermostat switches the heating on", on);
    let average = machine.wait_for("processed 4 to -5250");
    checks.check("moving-average sees −5.25 °C", average);
    checks.check("flash has one switch", board.switches() == Some(1));

    machine.warm(30_000)?;
    let off = machine.wait_for("30000 m°C: heating off");
    checks.check("at 30.0 °C the thermostat switches it off", off);
    // The value is in flash before the line is logged.
    checks.check("flash has two switches", board.switches() == Some(2));
    machine.machine.kill();
    Ok(())
}

pub(super) fn second_life(board: &Board, checks: &mut Checks) -> Result<(), Failure> {
    let mut machine = board.start(-5_250)?;
    let on = machine.wait_for("-5250 m°C: heating on");
    checks.check("the thermostat works as before", on);
    checks.check(
        "its counter went on: three switches",
        board.switches() == Some(3),
    );
    machine.machine.kill();
    Ok(())
}

/// A number that the thermostat keeps, as the desktop's storage in `file` has it.
pub(super) fn stored(file: &Path, key: &str) -> Option<u32> {
    let mut board = Desktop::in_virtual_time().with_storage_in(file).ok()?;
    let value = board.stored("thermostat", key).ok()??;
    Some(u32::from_le_bytes(value.try_into().ok()?))
}
