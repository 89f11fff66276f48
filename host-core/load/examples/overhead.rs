//! What the machine costs beside raw wasmi: run under an instruction counter.
//!
//! ```text
//! overhead machine|raw echo|host-call COUNT
//! ```
//!
//! `echo` sends a message of 32 bytes into an export that answers with it, and reads the answer. `host-call` makes the
//! guest pass on the message to a host function, whose answer it returns. The raw side is what one writes by
//! hand on wasmi for the same job: fuel on, bounds checked, no copies. The cost of one is the difference between two
//! counts, divided by how far they are apart:
//!
//! ```text
//! valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/examples/overhead machine echo 2000
//! ```

use corelet_abi::{NameKey, Shape, Status};
use corelet_admission::{ImportRefusal, Limits, Offer, admit};
use corelet_load::{Budget, Imports, Machine};
use wasmi::{Caller, Config, Engine, Extern, Func, Instance, Module, Store};

type Failure = Box<dyn std::error::Error>;

const MESSAGE: [u8; 32] = [0x5a; 32];
const FUEL: u64 = 10_000;

struct Host {
    calls: u64,
}

impl Host {
    /// What the host function does on both sides.
    fn serve(&mut self, request: &[u8], response: &mut [u8]) -> Option<usize> {
        self.calls += 1;
        response.get_mut(..request.len())?.copy_from_slice(request);
        Some(request.len())
    }
}

impl Imports for Host {
    fn import(&mut self, _: u16, request: &[u8], response: &mut [u8]) -> Result<usize, Status> {
        self.serve(request, response).ok_or(Status::LOGIC_BUG)
    }

    fn response_max(&self, _: u16) -> usize {
        MESSAGE.len()
    }

    fn take_debt(&mut self) -> u64 {
        0
    }
}

struct ServeAll;

impl Offer for ServeAll {
    fn import(&self, _: &str, _: &str, _: Option<Shape>) -> Result<u16, ImportRefusal> {
        Ok(0)
    }
}

fn machine(module: &[u8], name: &str, count: u32) -> Result<u64, Failure> {
    let admitted = admit(module, &Limits::DEVICE, &ServeAll)?;
    let mut machine = Machine::load(&admitted, &Budget::DEVICE, Host { calls: 0 }, &ServeAll)?;
    let export = NameKey::of_export(name);
    let mut sum = 0;
    for _ in 0..count {
        let answer = machine.call(export, FUEL, |request| request.bytes(&MESSAGE))?;
        sum += u64::from(machine.response(answer)[31]) + machine.fuel_used();
    }
    Ok(sum + machine.data().calls)
}

fn raw(module: &[u8], name: &str, count: u32) -> Result<u64, Failure> {
    let mut config = Config::default();
    config.consume_fuel(true).wasm_custom_page_sizes(true);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, module)?;
    let mut store = Store::new(&engine, (Host { calls: 0 }, None));
    let serve = Func::wrap(
        &mut store,
        |mut caller: Caller<'_, (Host, Option<wasmi::Memory>)>,
         rp: u32,
         rl: u32,
         wp: u32,
         wc: u32|
         -> i32 {
            let Some(memory) = caller.data().1 else {
                return -1;
            };
            let (bytes, (host, _)) = memory.data_and_store_mut(&mut caller);
            let Some((low, high)) = bytes.split_at_mut_checked(wp as usize) else {
                return -1;
            };
            let request = low
                .get(rp as usize..)
                .and_then(|rest| rest.get(..rl as usize));
            let response = high.get_mut(..wc as usize);
            let (Some(request), Some(response)) = (request, response) else {
                return -1;
            };
            host.serve(request, response)
                .map_or(-1, |length| length as i32)
        },
    );
    let instance = Instance::new(&mut store, &module, &[Extern::Func(serve)])?;
    let memory = instance.get_memory(&store, "memory").ok_or("no memory")?;
    store.data_mut().1 = Some(memory);
    let function = instance.get_typed_func::<(u32, u32), i64>(&store, name)?;
    let mut sum = 0;
    for _ in 0..count {
        memory
            .data_mut(&mut store)
            .get_mut(68..100)
            .ok_or("outside")?
            .copy_from_slice(&MESSAGE);
        store.set_fuel(FUEL)?;
        let answer = function.call(&mut store, (68, 32))?;
        let used = FUEL - store.get_fuel()?;
        let (pointer, length) = ((answer >> 32) as usize, answer as u32 as usize);
        let response = memory
            .data(&store)
            .get(pointer..)
            .and_then(|rest| rest.get(..length))
            .ok_or("outside")?;
        sum += u64::from(response[31]) + used;
    }
    Ok(sum + store.data().0.calls)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [side, job, count] = &arguments[..] else {
        return Err("overhead machine|raw echo|host-call COUNT".into());
    };
    let module = wat::parse_str(include_str!("overhead.wat"))?;
    let name = format!("acme:demo/bench@1.0.0#{job}");
    let run = match &side[..] {
        "machine" => machine,
        _ => raw,
    };
    println!("{}", run(&module, &name, count.parse()?)?);
    Ok(())
}
