//! Runs the meter: wasmi inside wasmi, so that what is counted is a 32-bit target's.

use std::error::Error;
use std::path::Path;

use corelet_cli::toolchain::{Target, Toolchain};
use wasmi::{Engine, Instance, Module, Store};

/// What a slot may take while it runs, as in `corelet-load`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The most linear memory, in bytes.
    pub memory: u32,
    /// Locals and operands of all open calls, in bytes.
    pub stack: u32,
    /// Whether all of that is taken at once.
    pub reserved: bool,
    /// Open calls.
    pub recursion: u32,
}

impl Budget {
    /// `Budget::DEVICE` of `corelet-load`.
    pub const DEVICE: Self = Self {
        memory: 65_536,
        stack: 4_096,
        reserved: true,
        recursion: 32,
    };
}

/// What one life of a slot took, in bytes of heap, each block rounded up to 8, old and new block both counted while
/// one grows. Linear memory is in [`Life::linear`] alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// The most while the module was translated.
    pub translate: u32,
    /// What engine and module hold from then on.
    pub translated: u32,
    /// The most while an instance was made.
    pub instantiate: u32,
    /// What engine, module and instance hold from then on.
    pub instantiated: u32,
    /// The most while every export was called, with fuel and without.
    pub call: u32,
    /// The most while the instance was made anew, and called again.
    pub renew: u32,
    /// The largest block.
    pub largest: u32,
    /// What was left at the end.
    pub left: u32,
    /// The most of linear memory.
    pub linear: u32,
    /// The step that failed, if one did.
    pub failed: Option<Step>,
}

impl Life {
    /// The most at any time.
    pub fn peak(&self) -> u32 {
        self.translate
            .max(self.instantiate)
            .max(self.call)
            .max(self.renew)
    }
}

/// A step of a life that the module did not let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// wasmi does not translate it.
    Translate,
    /// No instance can be made of it: a segment does not fit, or memory is larger than allowed.
    Instantiate,
    /// It trapped where it must not: the meter is at fault.
    Meter,
}

/// The meter, ready to run.
pub struct Meter {
    engine: Engine,
    module: Module,
}

impl Meter {
    /// Builds the meter for wasm32.
    ///
    /// # Errors
    /// If there is no toolchain for wasm32, or it does not compile.
    pub fn build() -> Result<Self, Box<dyn Error>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("../../target"), Into::into);
        let status = Toolchain::for_target(Target::Wasm)
            .map_err(|error| error.to_string())?
            .command("build")
            .current_dir(root)
            .args(["--package", "corelet-heap-meter", "--profile", "guest"])
            .arg("--target-dir")
            .arg(&target)
            .status()?;
        if !status.success() {
            return Err("the meter does not compile".into());
        }
        let file = target
            .join(Target::Wasm.triple())
            .join("guest/corelet_heap_meter.wasm");
        Self::open(&file)
    }

    /// The meter in `file`.
    ///
    /// # Errors
    /// If it cannot be read or is not a module.
    pub fn open(file: &Path) -> Result<Self, Box<dyn Error>> {
        let engine = Engine::default();
        let module = Module::new(&engine, std::fs::read(file)?)?;
        Ok(Self { engine, module })
    }

    /// One life of `module`, whose linear memory begins with `memory` bytes. Every export is called with `fuel`.
    ///
    /// The module must be valid: nothing else checks it.
    ///
    /// # Errors
    /// If the meter itself cannot be run.
    pub fn live(
        &self,
        module: &[u8],
        memory: u32,
        budget: Budget,
        fuel: u64,
    ) -> Result<Life, wasmi::Error> {
        let mut store = Store::new(&self.engine, ());
        let instance = Instance::new(&mut store, &self.module, &[])?;
        let input = instance.get_typed_func::<u32, u32>(&store, "input")?;
        let address = input.call(&mut store, module.len() as u32)?;
        let Some(bytes) = instance.get_memory(&store, "memory") else {
            return Err(wasmi::Error::new("the meter has no memory"));
        };
        bytes.write(&mut store, address as usize, module)?;
        let live = instance
            .get_typed_func::<(u32, u32, u32, u32, u32, u32, u32, u64), u32>(&store, "live")?;
        let length = module.len() as u32;
        let arguments = (
            address,
            length,
            memory,
            budget.memory,
            budget.stack,
            if budget.reserved { budget.stack } else { 0 },
            budget.recursion,
            fuel,
        );
        let step = live.call(&mut store, arguments);
        self.figures(store, instance, step)
    }

    fn figures(
        &self,
        mut store: Store<()>,
        instance: Instance,
        step: Result<u32, wasmi::Error>,
    ) -> Result<Life, wasmi::Error> {
        let figures = instance.get_typed_func::<u32, u32>(&store, "figure")?;
        let mut figure = |index| figures.call(&mut store, index);
        Ok(Life {
            translate: figure(0)?,
            translated: figure(1)?,
            instantiate: figure(2)?,
            instantiated: figure(3)?,
            call: figure(4)?,
            renew: figure(5)?,
            largest: figure(6)?,
            left: figure(7)?,
            linear: figure(8)?,
            failed: match step {
                Ok(0) => None,
                Ok(1) => Some(Step::Translate),
                Ok(_) => Some(Step::Instantiate),
                Err(_) => Some(Step::Meter),
            },
        })
    }
}
