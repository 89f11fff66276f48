use std::time::Duration;

use corelet_desktop::{Desktop, LogTo, Sensor, Source, host};
use corelet_host::capability::storage::Store;
use corelet_host::plugin::ticker::Tick;
use corelet_host::{CallError, Host, LoadError, PluginId, SlotId, SlotState};
use corelet_image::{Image, ImageError, Keys, Verified};
use corelet_mps2_an386::{HOSTILE_POLICY, SLOTS};
use corelet_tests::{error_text, export_key, neighbour};

use crate::allocator::live;
use crate::{NAME, Outcome};

/// Where the good plugin is, and what comes and goes beside it.
const GOOD: SlotId = SlotId(0);
const HOSTILE: SlotId = SlotId(1);
/// Between two plugins: more than a minute, and little enough for a million of them.
const BETWEEN: Duration = Duration::from_secs(600);
/// What the good plugin is sent, and answers.
const ECHO: &[u8] = b"hello";

/// The desktop board with a good plugin in one slot, and room in the other.
pub struct Bench {
    host: Host<Desktop, SLOTS>,
    /// The fuel of the good plugin's answer, which nothing may change.
    fuel: u64,
}

/// The first calls of a plugin: its answer's length or the error, and the fuel; none for what it does not export.
pub(crate) type Calls = [Option<(Result<usize, CallError>, u64)>; 3];

/// What came of one plugin, without a byte of heap.
pub(crate) struct Stay {
    pub(crate) loaded: Result<(), LoadError>,
    pub(crate) calls: Calls,
    pub(crate) neighbour: bool,
    pub(crate) heap: [usize; 2],
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

impl Bench {
    /// A board in virtual time that forgets what plugins log.
    ///
    /// # Panics
    /// If the good plugin does not load.
    pub fn new() -> Self {
        let board = Desktop::in_virtual_time()
            .with_sensor(Sensor::new(0, Source::Constant(21.5)))
            .with_log(LogTo::Each(Box::new(|_| {})));
        let mut host = host(board, HOSTILE_POLICY);
        let image = neighbour::image(false);
        let image = verify(&image).expect("it is signed");
        host.load(GOOD, &image).expect("it behaves well");
        let mut bench = Self { host, fuel: 0 };
        assert!(bench.neighbour_answers());
        bench.fuel = bench.host.metrics(GOOD).fuel_last;
        bench
    }

    /// Loads an image, calls it, unloads it, and asks the good plugin whether it is well.
    pub fn run(&mut self, image: &[u8]) -> Outcome {
        let stay = match verify(image) {
            Ok(image) => self.stay(&image),
            Err(error) => {
                let refused = Some(error_text(&format!("{error:?}")));
                let neighbour = self.neighbour_answers();
                let heap = [0; 2];
                return Outcome {
                    refused,
                    neighbour,
                    heap,
                    ..Outcome::default()
                };
            }
        };
        let calls = stay.calls.into_iter().flatten();
        let text = |error: CallError| error_text(&format!("{error:?}"));
        Outcome {
            refused: stay
                .loaded
                .err()
                .map(|error| error_text(&format!("{error:?}"))),
            calls: calls
                .map(|(result, fuel)| (result.map_err(text), fuel))
                .collect(),
            neighbour: stay.neighbour,
            heap: stay.heap,
        }
    }

    /// The same of an image that is verified. Takes no heap that it does not give back.
    pub(crate) fn stay(&mut self, image: &Verified<'_>) -> Stay {
        let before = live();
        let loaded = self.host.load(HOSTILE, image);
        let mut calls = Calls::default();
        if loaded.is_ok() {
            calls = [self.call_run(), self.call_run(), self.call_tick()];
            self.host.unload(HOSTILE);
        }
        // What it kept is not the next one's, nor what it used of a quota. A board that was lost shows in the good plugin's answer.
        if let Some(board) = self.host.board_mut() {
            let _ = board.forget(PluginId::development(NAME));
            board.advance(BETWEEN);
        }
        let neighbour = self.neighbour_answers();
        Stay {
            loaded,
            calls,
            neighbour,
            heap: [before, live()],
        }
    }

    fn call_run(&mut self) -> Option<(Result<usize, CallError>, u64)> {
        let answer = self.host.call_encoded(HOSTILE, export_key("run"), ECHO);
        let result = answer.map(<[u8]>::len);
        self.unless_missing(result)
    }

    fn call_tick(&mut self) -> Option<(Result<usize, CallError>, u64)> {
        let result = self.host.call(HOSTILE, &Tick {}).map(|_| 0);
        self.unless_missing(result)
    }

    fn unless_missing(
        &self,
        result: Result<usize, CallError>,
    ) -> Option<(Result<usize, CallError>, u64)> {
        let missing = matches!(
            result,
            Err(CallError::NoSuchExport { .. }
                | CallError::Stopped(corelet_host::Stop::NoSuchExport))
        );
        (!missing).then(|| (result, self.host.metrics(HOSTILE).fuel_last))
    }

    /// Whether the good plugin answers as it did at first, and the other slot is empty.
    fn neighbour_answers(&mut self) -> bool {
        let answer = self.host.call_encoded(GOOD, neighbour::ECHO, ECHO);
        let same = answer == Ok(ECHO);
        let metrics = self.host.metrics(GOOD);
        let as_ever = self.fuel == 0 || metrics.fuel_last == self.fuel;
        let empty = self.host.state(HOSTILE) == SlotState::Empty;
        same && as_ever && empty && metrics.errors == 0 && metrics.restarts == 0
    }

    /// The host, to look at.
    pub(crate) const fn host(&self) -> &Host<Desktop, SLOTS> {
        &self.host
    }
}

/// The image, if it is one that the board takes.
pub(crate) fn verify(image: &[u8]) -> Result<Verified<'_>, ImageError> {
    Image::parse(image)?.verify(&Keys::NONE.accept_development(), corelet_host::VERSION)
}
