//! Numbers and bytes from a seed in every place of the ABI.
//!
//! A guest for each standard interface calls its imports with four words that it is sent, so that pointers, lengths and
//! requests are what the seed says; and it answers with a result and bytes that it was sent before. Its whole memory is read
//! after each call, and held against what it must be.

mod guest;
mod numbers;

use std::collections::BTreeMap;
use std::time::Duration;

use corelet_desktop::{Desktop, LogTo, Sensor, Source, host};
use corelet_host::abi::{Codec, Function, Status, encode};
use corelet_host::plugin::processor::Process;
use corelet_host::plugin::ticker::{self, Tick};
use corelet_host::{CallError, Host, Policy, SlotId, Stop};
use corelet_mps2_an386::HOSTILE_POLICY;
use corelet_spec::Random;
use corelet_tests::{MEMORY, export_key};

use crate::desktop::verify;
use guest::{ANSWER, Guest, Probe, RESULT, STATUS, guests};

/// One slot for each standard interface.
const SLOTS: usize = 5;

/// What came of the calls.
#[derive(Clone, Debug, Default)]
pub struct AbiCounts {
    /// Calls of plugins.
    pub calls: u64,
    /// What imports returned: statuses by their code, lengths of responses as 0.
    pub statuses: BTreeMap<i32, u64>,
    /// Results of exports that were answers, statuses, and neither or outside the memory.
    pub results: [u64; 3],
    /// Typed answers that were messages of their type, and that were not.
    pub messages: [u64; 2],
}

/// The calls that follow from a seed.
pub struct AbiFuzz {
    host: Host<Desktop, SLOTS>,
    guests: Vec<Guest>,
    probes: Vec<Probe>,
    seed: u64,
    step: u64,
    /// What came of them so far.
    pub counts: AbiCounts,
}

impl AbiFuzz {
    /// A desktop board with a guest for each interface.
    ///
    /// # Panics
    /// If one does not load.
    pub fn new(seed: u64) -> Self {
        let board = Desktop::in_virtual_time()
            .with_sensor(Sensor::new(0, Source::Constant(21.5)))
            .with_log(LogTo::Each(Box::new(|_| {})));
        let mut host = host(board, Policy::same(HOSTILE_POLICY.slots[0]));
        let (images, probes) = guests();
        let mut guests = Vec::new();
        for (slot, image) in (0..).map(SlotId).zip(images) {
            let image = verify(&image).expect("it is signed");
            host.load(slot, &image)
                .unwrap_or_else(|error| panic!("{error}"));
            guests.push(Guest::new(&mut host, slot));
        }
        Self {
            host,
            guests,
            probes,
            seed,
            step: 0,
            counts: AbiCounts::default(),
        }
    }

    /// Makes a few calls.
    ///
    /// # Panics
    /// If something is not as the ABI has it; the seed and the step are in the message.
    pub fn step(&mut self) {
        let mut random = Random::of(self.seed, self.step);
        let result = match random.below(8) {
            0..=4 => self.import(&mut random),
            5 => self.result(&mut random),
            _ => self.message(&mut random),
        };
        if let Err(error) = result {
            panic!("seed {}, step {}: {error}", self.seed, self.step);
        }
        // Whatever it was, it stayed in its slot.
        let other = &self.guests[random.below(SLOTS)];
        assert_eq!(
            other.read(&mut self.host),
            other.memory,
            "step {}",
            self.step
        );
        self.counts.calls += 2;
        self.step += 1;
        let time = Duration::from_millis(random.below(2_000) as u64);
        if let Some(board) = self.host.board_mut() {
            board.advance(time);
        }
    }

    /// An import is called with any pointers and lengths, and any request.
    fn import(&mut self, random: &mut Random) -> Result<(), String> {
        let probe = &self.probes[random.below(self.probes.len())];
        let guest = &mut self.guests[usize::from(probe.slot.0)];
        let payload = numbers::payload(&probe.requests, random);
        let claim = numbers::claim(payload.len() as u32, probe.response_max, random);
        let mut request: Vec<u8> = claim.into_iter().flat_map(u32::to_le_bytes).collect();
        request.extend(&payload);
        guest.sent(&request);
        let answer = self.host.call_encoded(probe.slot, probe.export, &request);
        let answer = answer.map_err(|error| format!("{claim:?}: {error:?}"))?;
        let status = answer.try_into().map(i32::from_le_bytes);
        let status = status.map_err(|_| format!("{claim:?}: {answer:02x?}"))?;
        *self.counts.statuses.entry(status.min(0)).or_default() += 1;

        let after = guest.read(&mut self.host);
        let mut expected = std::mem::take(&mut guest.memory);
        match refusal(claim, probe.response_max) {
            Some(refusal) if status != refusal.code() => {
                return Err(format!("{claim:?}: {status}, not {refusal:?}"));
            }
            Some(_) => {}
            None => {
                let (start, capacity) = (claim[2] as usize, claim[3] as usize);
                if status > probe.response_max as i32 {
                    return Err(format!("{claim:?}: a response of {status} bytes"));
                }
                if capacity > 0 {
                    expected[start..start + capacity]
                        .copy_from_slice(&after[start..start + capacity]);
                }
            }
        }
        expected[STATUS..STATUS + 4].copy_from_slice(&status.to_le_bytes());
        guest.memory = after;
        guest
            .same_as(&expected)
            .map_err(|error| format!("{claim:?}: {error}"))
    }

    /// An export returns any 64 bits.
    fn result(&mut self, random: &mut Random) -> Result<(), String> {
        let guest = &mut self.guests[random.below(SLOTS)];
        let result = numbers::result(random);
        let request = result.to_le_bytes();
        guest.sent(&request);
        let answer = self
            .host
            .call_encoded(guest.slot, export_key("answer"), &request);
        let wrong = |found: &dyn std::fmt::Debug| Err(format!("{result:#x}: {found:02x?}"));
        match (meaning(result), answer) {
            (Meaning::Answer(start, length), Ok(bytes)) => {
                if bytes != &guest.memory[start..start + length] {
                    return wrong(&bytes);
                }
                self.counts.results[0] += 1;
            }
            (Meaning::Status, Err(CallError::Stopped(Stop::Refused(status))))
                if i64::from(status.code()) == result =>
            {
                self.counts.results[1] += 1;
            }
            (Meaning::Outside, Err(CallError::Stopped(Stop::AnswerOutOfBounds { .. })))
            | (Meaning::None, Err(CallError::Stopped(Stop::MalformedResult { .. }))) => {
                self.counts.results[2] += 1;
                guest.renewed();
            }
            (_, found) => return wrong(&found),
        }
        guest.check(&mut self.host)
    }

    /// An export answers with any bytes where a message is asked for.
    fn message(&mut self, random: &mut Random) -> Result<(), String> {
        let guest = &mut self.guests[random.below(SLOTS)];
        let bytes = numbers::answer(random);
        let result = match random.below(4) {
            0 => numbers::result(random),
            _ => (ANSWER as i64) << 32 | bytes.len() as i64,
        };
        let request = [&result.to_le_bytes()[..], &bytes].concat();
        guest.sent(&request);
        guest.memory[RESULT..RESULT + 8].copy_from_slice(&request[..8]);
        guest.memory[ANSWER..ANSWER + bytes.len()].copy_from_slice(&bytes);
        let kept = self
            .host
            .call_encoded(guest.slot, export_key("keep"), &request);
        kept.map_err(|error| format!("keep: {error:?}"))?;
        guest.check(&mut self.host)?;

        type Response = <ticker::functions::Tick as Function>::Response;
        let mut buffer = [0; Response::MAX];
        let answered = if random.below(2) == 0 {
            let answer = self.host.call(guest.slot, &Tick {});
            answer.map(|value| encode::<Response>(&value, &mut buffer).ok())
        } else {
            guest.sent(&[0]);
            let nothing = Process {
                readings: (&[]).into(),
            };
            // What it borrows is in the guest, and has been read.
            self.host.call(guest.slot, &nothing).map(|_| None)
        };
        match (meaning(result), answered) {
            (Meaning::Answer(start, length), Ok(written)) => {
                // Canonical: the one message of this value.
                if let Some(written) = written
                    && buffer[..written] != guest.memory[start..start + length]
                {
                    return Err(format!("{:02x?} was read as {buffer:02x?}", guest.memory));
                }
                self.counts.messages[0] += 1;
            }
            (_, Ok(_)) => return Err(format!("{result:#x} is no answer")),
            (_, Err(error)) => {
                self.counts.messages[1] += 1;
                let status = matches!(error, CallError::Stopped(Stop::Refused(_)));
                if !status {
                    guest.renewed();
                }
            }
        }
        guest.check(&mut self.host)
    }
}

/// What the ABI has the host say to pointers and lengths, before it looks at the request.
fn refusal(claim: [u32; 4], response_max: u32) -> Option<Status> {
    let [request, request_length, response, capacity] = claim.map(u64::from);
    let outside = |start: u64, length: u64| length > 0 && start + length > MEMORY.into();
    let (request_end, response_end) = (request + request_length, response + capacity);
    if outside(request, request_length) || outside(response, capacity) {
        Some(Status::OUT_OF_BOUNDS)
    } else if request_length > 0 && capacity > 0 && request < response_end && response < request_end
    {
        Some(Status::OVERLAP)
    } else {
        (claim[3] < response_max).then_some(Status::RESPONSE_BUFFER)
    }
}

/// What the ABI has a result mean.
enum Meaning {
    Answer(usize, usize),
    Outside,
    Status,
    None,
}

fn meaning(result: i64) -> Meaning {
    let (pointer, length) = (result >> 32, result & 0xffff_ffff);
    match result {
        0.. if length == 0 => Meaning::Answer(0, 0),
        0.. if pointer + length <= MEMORY.into() => {
            Meaning::Answer(pointer as usize, length as usize)
        }
        0.. => Meaning::Outside,
        _ if result >= i32::MIN.into() => Meaning::Status,
        _ => Meaning::None,
    }
}
