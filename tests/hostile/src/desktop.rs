use std::fmt::Debug;
use std::time::Duration;

use corelet_desktop::{Desktop, LogTo, Sensor, Source, host};
use corelet_host::capability::storage::Store;
use corelet_host::{Host, SlotState};
use corelet_image::{Image, ImageError, Keys, Verified};
use corelet_mps2_an386::{
    GOOD, HOSTILE, HOSTILE_POLICY, SLOTS, Stay, Way, neighbour_answers, stay,
};
use corelet_tests::{error_text, neighbour};

use crate::allocator::live;
use crate::{Case, Findings, Outcome};

/// Between two plugins: more than a minute, and little enough for a million of them.
const BETWEEN: Duration = Duration::from_secs(600);

/// The desktop board with a good plugin in one slot, and room in the other.
pub struct Bench {
    host: Host<Desktop, SLOTS>,
    /// The fuel of the good plugin's answer, which nothing may change.
    fuel: u64,
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

    /// Puts all cases to the test, in every way.
    pub fn run_all(&mut self, cases: &[Case]) -> Findings {
        let mut findings = Findings::default();
        for case in cases {
            let whole = self.run(&case.image, Way::Whole);
            for way in Way::ALL {
                let outcome = self.run(&case.image, way);
                findings.add(case, way, &outcome);
                if outcome.must_be_as_whole(way) {
                    findings.wrong.extend(outcome.differs(case, way, &whole));
                }
            }
        }
        findings
    }

    /// Loads an image, runs it in one way, unloads it, and asks the good plugin whether it is well.
    pub fn run(&mut self, image: &[u8], way: Way) -> Outcome {
        let text = |error: &dyn Debug| error_text(&format!("{error:?}"));
        let (stay, heap) = match verify(image) {
            Ok(image) => self.stay(&image, way),
            Err(error) => {
                return Outcome {
                    refused: Some(text(&error)),
                    neighbour: self.neighbour_answers(),
                    ..Outcome::default()
                };
            }
        };
        let calls = stay.calls.into_iter().flatten();
        Outcome {
            refused: stay.loaded.err().map(|error| text(&error)),
            calls: calls
                .map(|(result, fuel)| (result.map_err(|error| text(&error)), fuel))
                .collect(),
            interrupted: stay.interrupted,
            neighbour: stay.neighbour,
            heap,
        }
    }

    /// The same of an image that is verified; with the bytes of heap in use before and afterwards. Takes none that it does not give
    /// back.
    pub(crate) fn stay(&mut self, image: &Verified<'_>, way: Way) -> (Stay, [usize; 2]) {
        let before = live();
        let mut stay = stay(&mut self.host, image, way, &mut || ());
        // What it kept is not the next one's, nor what it used of a quota. A board that was lost shows in the good plugin's answer.
        if let Some(board) = self.host.board_mut() {
            let _ = board.forget(image.plugin_id());
            board.advance(BETWEEN);
        }
        stay.neighbour &= self.neighbour_answers();
        (stay, [before, live()])
    }

    /// Whether the good plugin answers as it did at first, and the other slot is empty.
    fn neighbour_answers(&mut self) -> bool {
        let same = neighbour_answers(&mut self.host);
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
