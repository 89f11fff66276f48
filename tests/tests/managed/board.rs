//! The emulated board with a flash of its own.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use corelet_cli::qemu::{Machine, Model, Next, Pace, Serial, Start};
use corelet_cli::{FlashFile, firmware, toolchain};
use corelet_desktop::Desktop;
use corelet_mps2_an386::{BANKS, BootRecord, DATA, FLASH_MAP};
use corelet_store::BankId;
use tempfile::TempDir;

use crate::plugin;

/// How long a line of the log may let wait for itself on a busy computer.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Board {
    folder: TempDir,
    qemu: PathBuf,
    firmware: PathBuf,
}

impl Board {
    /// With an image that was confirmed in slot 0.
    pub(crate) fn with(image: &[u8]) -> Self {
        Self::with_flash(|flash| flash.put_image(0, image))
    }

    /// With this image of the counter in slot 0, which runs; and where its UART is.
    pub(crate) fn started(image: &[u8]) -> (Self, Machine, String) {
        let board = Self::with(image);
        let (mut machine, port) = board.start();
        wait_for(&mut machine, "slot 0: loaded counter ");
        (board, machine, port)
    }

    /// With nothing but an image that it came with.
    pub(crate) fn that_came_with(image: &[u8]) -> Self {
        Self::with_flash(|flash| flash.put_factory(image))
    }

    fn with_flash(put: impl FnOnce(&mut FlashFile) -> io::Result<()>) -> Self {
        let board = Self {
            folder: tempfile::tempdir().unwrap(),
            qemu: toolchain::ensure_qemu().unwrap_or_else(|error| panic!("{error}")),
            firmware: firmware::build(&[]).unwrap_or_else(|error| panic!("{error}")),
        };
        let mut flash = FlashFile::open(&board.flash()).unwrap();
        put(&mut flash).unwrap();
        flash.put_boot_record(&BootRecord::FOR_EVER).unwrap();
        board
    }

    pub(crate) fn flash(&self) -> PathBuf {
        self.folder.path().join("flash")
    }

    pub(crate) fn file(&self, image: &[u8]) -> PathBuf {
        self.named("plugin.corelet", image)
    }

    /// A file of this name.
    pub(crate) fn named(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, contents).unwrap();
        path
    }

    /// Starts it, and says where its UART is.
    pub(crate) fn start(&self) -> (Machine, String) {
        self.start_at(Pace::Real)
    }

    /// The same at another pace.
    pub(crate) fn start_at(&self, pace: Pace) -> (Machine, String) {
        let machine = Machine::start(&Start {
            qemu: &self.qemu,
            model: Model::Mps2An386,
            firmware: &self.firmware,
            flash: &self.flash(),
            pace,
            serial: Serial::Terminal,
            reboots: true,
        });
        let mut machine = machine.unwrap_or_else(|error| panic!("{error}"));
        let port = machine.serial_port().unwrap();
        (machine, port)
    }

    /// Whether something is written behind the first sector of any bank.
    pub(crate) fn has_second_sector(&self) -> bool {
        let mut flash = File::open(self.flash()).unwrap();
        (0..BANKS as u8).any(|bank| {
            let bank = FLASH_MAP.bank(BankId(bank)).unwrap();
            let mut word = [0xff; 4];
            flash
                .seek(SeekFrom::Start(u64::from(bank.offset()) + 4_096))
                .unwrap();
            flash.read_exact(&mut word).unwrap();
            word != [0xff; 4]
        })
    }

    /// What the plugin has counted, as the flash of a board that is off has it.
    pub(crate) fn count(&self) -> u32 {
        let flash = fs::read(self.flash()).unwrap();
        let copy = self.folder.path().join("data");
        fs::write(&copy, DATA.of(&flash).unwrap()).unwrap();
        let mut board = Desktop::in_virtual_time().with_storage_in(&copy).unwrap();
        let value = board.stored(plugin::NAME, plugin::KEY).unwrap();
        value.map_or(0, |value| u32::from_le_bytes(value.try_into().unwrap()))
    }
}

/// Waits for a line that begins like this, and returns the rest of it.
pub(crate) fn wait_for(machine: &mut Machine, beginning: &str) -> String {
    let until = Instant::now() + PATIENCE;
    let mut log = Vec::new();
    while Instant::now() < until {
        match machine.line(Duration::from_secs(1)) {
            Next::Line(line) => match line.message.strip_prefix(beginning) {
                Some(rest) => return rest.to_owned(),
                None => log.push(line.message),
            },
            Next::Nothing => {}
            Next::End => break,
        }
    }
    panic!("no line `{beginning}`: {log:#?}");
}
