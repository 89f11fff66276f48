use alloc::vec::Vec;

use corelet_abi::{
    Answer, CodecError, EXCHANGE_HEADER, INIT_EXPORT, MEMORY_EXPORT, NameKey, Writer, unpack,
};
use corelet_admission::{Admitted, Offer};
use wasmi::{Engine, Extern, Func, Instance, Memory, Module, Store, TypedFunc};

use crate::budget::STORE_DATA;
use crate::host_call::{self, Claim};
use crate::limits::{Limits, check_heap, heap_has};
use crate::sliced::{Open, Progress};
use crate::store_data::StoreData;
use crate::translate::translate;
use crate::{Budget, Imports, MachineError, Stop};

/// An export of the ABI: (request pointer, request length) -> result.
pub(crate) type Export = TypedFunc<(u32, u32), i64>;

/// The engine, the module and the instance of one slot; see the crate's documentation.
///
/// `D` is the host's state, which the host functions are given.
pub struct Machine<D: Imports> {
    pub(crate) store: Store<StoreData<D>>,
    instance: Parts,
    pub(crate) plan: Plan,
    pub(crate) fuel_used: u64,
    pub(crate) spent: bool,
    /// The call that [`Machine::run`] carries on.
    pub(crate) open: Option<Open>,
}

/// How the guest is entered: the function, and where its request lies.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) function: Export,
    pub(crate) request: u32,
    pub(crate) length: u32,
}

/// All that it takes to make an instance again.
pub(crate) struct Plan {
    engine: Engine,
    module: Module,
    /// The entries of the capability table, one per import of the module.
    entries: Vec<u16>,
    /// How many functions the module exports for a host to call.
    exports: usize,
    /// Where the size field of the exchange buffer lies.
    exchange: u32,
    /// The heap that a call may take that finds a stack which the engine has kept; none once there is one.
    pub(crate) reserve_later: Option<usize>,
}

/// What is looked up once in an instance.
struct Parts {
    memory: Memory,
    exports: Vec<(NameKey, Export)>,
    /// The exchange buffer: its address, and its size. It lies in the memory, which never shrinks.
    buffer: u32,
    size: u32,
    /// How many bytes the memory began with.
    first_size: u32,
}

impl<D: Imports> Machine<D> {
    /// Translates an admitted module, and makes its first instance. No guest code runs.
    ///
    /// The offer is asked again for each import, for the entry that [`Imports::import`] will be given.
    ///
    /// # Errors
    /// [`MachineError`]; `data` is dropped.
    pub fn load(
        admitted: &Admitted<'_>,
        budget: &Budget,
        data: D,
        offer: &impl Offer,
    ) -> Result<Self, MachineError> {
        let allowed = budget.memory_limit();
        let found = admitted.memory_bytes();
        if found > allowed {
            return Err(MachineError::Memory { found, allowed });
        }
        const { assert!(size_of::<StoreData<D>>() <= STORE_DATA as usize) };
        let own = &Budget {
            recursion: budget.calls(admitted.figures()),
            ..*budget
        };
        check_heap(admitted, own)?;
        let entries = entries(admitted, offer)?;
        let engine = Engine::new(&own.config());
        let module = translate(&engine, admitted)?;
        let plan = Plan {
            engine,
            module,
            entries,
            exports: admitted.exports().count(),
            exchange: admitted.exchange(),
            reserve_later: Some(budget.open_call_heap()),
        };
        // Of the whole budget: plugins that may have more calls open need as much, and are there, too.
        let data = StoreData {
            data,
            memory: None,
            limits: Limits {
                memory: allowed as usize,
                table: admitted.table_elements() as usize,
                reserve: budget.call_heap(),
                next_call: budget.open_call_heap(),
                capacity: 0,
                before: 0,
            },
            owed: None,
        };
        Self::start(plan, data)
    }

    /// Discards the instance with all its memory, and makes another from the same translated module. The data stays.
    ///
    /// The guest's `init` must be called again before its other exports.
    ///
    /// # Errors
    /// [`MachineError`]; the data is dropped.
    pub fn renew(self) -> Result<Self, MachineError> {
        let Self {
            store,
            instance,
            plan,
            open,
            ..
        } = self;
        // All are given back to the heap before their successors ask for as much.
        drop(open);
        drop(instance);
        let mut data = store.into_data();
        data.memory = None;
        Self::start(plan, data)
    }

    fn start(plan: Plan, data: StoreData<D>) -> Result<Self, MachineError> {
        let mut store = Store::new(&plan.engine, data);
        store.limiter(|data| &mut data.limits);
        let instance = plan.instantiate(&mut store)?;
        store.data_mut().memory = Some(instance.memory);
        Ok(Self {
            store,
            instance,
            plan,
            fuel_used: 0,
            spent: false,
            open: None,
        })
    }

    /// Calls an export with a request that `request` writes straight into the guest's exchange buffer.
    ///
    /// At most `fuel` is used; [`Machine::fuel_used`] says how much. The answer is only where the response lies,
    /// within the guest's memory: [`Machine::response`] gives its bytes, and whether they are a canonical message of
    /// the function's type the caller finds out by decoding them.
    ///
    /// # Errors
    /// [`Stop`]; if it [costs the instance](Stop::costs_instance), every later call is answered [`Stop::Spent`]
    /// until the machine is renewed. [`Stop::Busy`] while a call in slices is open.
    pub fn call(
        &mut self,
        export: NameKey,
        fuel: u64,
        request: impl FnOnce(&mut Writer<'_>) -> Result<(), CodecError>,
    ) -> Result<Answer, Stop> {
        self.begin(export, fuel, request)?;
        match self.run(u64::MAX)? {
            Progress::Finished(answer) => Ok(answer),
            // With all the fuel at once there is an end.
            Progress::Suspended => {
                self.cancel();
                Err(Stop::Interpreter)
            }
        }
    }

    /// Writes a request, and says how the guest is entered with it.
    #[inline]
    pub(crate) fn enter(
        &mut self,
        export: NameKey,
        request: impl FnOnce(&mut Writer<'_>) -> Result<(), CodecError>,
    ) -> Result<Entry, Stop> {
        // An open call keeps its count.
        if self.open.is_some() {
            return Err(Stop::Busy);
        }
        self.fuel_used = 0;
        if self.spent {
            return Err(Stop::Spent);
        }
        let Parts {
            memory,
            buffer,
            size,
            ..
        } = self.instance;
        let function = self.instance.export(export).ok_or(Stop::NoSuchExport)?;
        let space = part_mut(memory.data_mut(&mut self.store), buffer, size);
        let mut writer = Writer::new(space.unwrap_or_default());
        request(&mut writer).map_err(|error| match error {
            CodecError::Full => Stop::RequestTooLarge { allowed: size },
            error => Stop::Request(error),
        })?;
        // Within the buffer, whose size is 32 bits.
        let length = writer.length() as u32;
        Ok(Entry {
            function,
            request: buffer,
            length,
        })
    }

    /// Whether so much heap is free as a call may take.
    pub(crate) fn heap_has_reserve(&self) -> bool {
        heap_has(self.store.data().limits.reserve)
    }

    /// Whether the instance is lost.
    pub const fn is_spent(&self) -> bool {
        self.spent
    }

    /// Keeps in mind whether the instance is lost.
    #[inline]
    pub(crate) fn note<T>(&mut self, result: Result<T, Stop>) -> Result<T, Stop> {
        if result.as_ref().is_err_and(|stop| stop.costs_instance()) {
            self.spent = true;
        }
        result
    }

    /// What an export's result means.
    #[inline]
    pub(crate) fn answer(&self, found: i64) -> Result<Answer, Stop> {
        match unpack(found) {
            None => Err(Stop::MalformedResult { found }),
            Some(Err(status)) => Err(Stop::Refused(status)),
            Some(Ok(Answer { length: 0, .. })) => Ok(Answer {
                pointer: 0,
                length: 0,
            }),
            Some(Ok(answer)) => {
                let end = u64::from(answer.pointer).saturating_add(u64::from(answer.length));
                // Memory never shrinks: what fits its first size needs no second look.
                if end > u64::from(self.instance.first_size) && end > self.memory_bytes() as u64 {
                    return Err(Stop::AnswerOutOfBounds {
                        pointer: answer.pointer,
                        length: answer.length,
                        memory: self.memory_bytes() as u32,
                    });
                }
                Ok(answer)
            }
        }
    }

    /// The bytes of an answer, as they are in the guest's memory now: read them before the next call. Empty if
    /// `answer` is of another machine and does not lie in this memory.
    pub fn response(&self, answer: Answer) -> &[u8] {
        let memory = self.instance.memory.data(&self.store);
        part(memory, answer.pointer, answer.length).unwrap_or_default()
    }

    /// The fuel that the last call used, debts of host functions included; 0 if it did not come to the guest. Of a
    /// call that ran out, what was used before the step that there was no fuel for.
    pub const fn fuel_used(&self) -> u64 {
        self.fuel_used
    }

    /// How many bytes of linear memory the guest has now.
    pub fn memory_bytes(&self) -> usize {
        self.instance.memory.data_size(&self.store)
    }

    /// The most bytes of a request, by the size of the guest's exchange buffer.
    pub const fn exchange_bytes(&self) -> u32 {
        self.instance.size
    }

    /// The host's state.
    pub fn data(&self) -> &D {
        &self.store.data().data
    }

    /// The host's state, to change.
    pub fn data_mut(&mut self) -> &mut D {
        &mut self.store.data_mut().data
    }
}

/// Asks the offer for the entry of every import.
fn entries(admitted: &Admitted<'_>, offer: &impl Offer) -> Result<Vec<u16>, MachineError> {
    let mut entries = reserved(admitted.imports().count())?;
    for (index, import) in (0_u16..).zip(admitted.imports()) {
        let entry = offer
            .import(import.interface, import.function, Some(import.shape))
            .map_err(|refusal| MachineError::Import { index, refusal })?;
        entries.push(entry);
    }
    Ok(entries)
}

/// A vector with room for `capacity` items, or the news that there is none.
fn reserved<T>(capacity: usize) -> Result<Vec<T>, MachineError> {
    let mut items = Vec::new();
    items
        .try_reserve_exact(capacity)
        .map_err(|_| MachineError::OutOfHeap)?;
    Ok(items)
}

impl Plan {
    fn instantiate<D: Imports>(
        &self,
        store: &mut Store<StoreData<D>>,
    ) -> Result<Parts, MachineError> {
        let mut imports = reserved(self.entries.len())?;
        for entry in self.entries.iter().copied() {
            imports.push(Extern::Func(import(store, entry)));
        }
        let instance = Instance::new(&mut *store, &self.module, &imports)
            .map_err(|error| MachineError::of(&error))?;
        let memory = instance
            .get_memory(&*store, MEMORY_EXPORT)
            .ok_or(MachineError::Interpreter)?;
        let bytes = memory.data(&*store);
        let first_size = bytes.len() as u32;
        let (buffer, size) = self.exchange(bytes)?;
        let exports = self.exports(&instance, store)?;
        // One that is made again was there, and takes no more than it took.
        if self.reserve_later.is_some() && !heap_has(store.data().limits.reserve_to_stay()) {
            return Err(MachineError::OutOfHeap);
        }
        Ok(Parts {
            memory,
            first_size,
            exports,
            buffer,
            size,
        })
    }

    /// Reads the size of the exchange buffer, which must be wholly in memory; returns its address and size.
    fn exchange(&self, memory: &[u8]) -> Result<(u32, u32), MachineError> {
        let address = self.exchange.saturating_add(EXCHANGE_HEADER);
        let size = part(memory, self.exchange, EXCHANGE_HEADER)
            .and_then(|bytes| bytes.first_chunk())
            .map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes));
        match part(memory, address, size) {
            Some(_) => Ok((address, size)),
            None => Err(MachineError::Exchange {
                address,
                size,
                memory: memory.len() as u32,
            }),
        }
    }

    fn exports<D: Imports>(
        &self,
        instance: &Instance,
        store: &Store<StoreData<D>>,
    ) -> Result<Vec<(NameKey, Export)>, MachineError> {
        let mut exports = reserved(self.exports)?;
        for export in instance.exports(store) {
            let name = export.name();
            if (name == INIT_EXPORT || name.contains('#'))
                && let Some(function) = export.into_func()
                && exports.len() < self.exports
            {
                let function = function
                    .typed(store)
                    .map_err(|_| MachineError::Interpreter)?;
                exports.push((NameKey::of_export(name), function));
            }
        }
        Ok(exports)
    }
}

impl Parts {
    fn export(&self, key: NameKey) -> Option<Export> {
        self.exports
            .iter()
            .find(|(other, _)| *other == key)
            .map(|(_, function)| *function)
    }
}

/// The host's side of one import.
fn import<D: Imports>(store: &mut Store<StoreData<D>>, entry: u16) -> Func {
    Func::wrap(
        store,
        move |caller: wasmi::Caller<'_, StoreData<D>>,
              request: u32,
              request_length: u32,
              response: u32,
              response_capacity: u32| {
            let claim = Claim {
                request,
                request_length,
                response,
                response_capacity,
            };
            host_call::enter(caller, entry, claim)
        },
    )
}

/// `length` bytes of memory from `pointer` on, if they are there; none of them if `length` is 0.
fn part(memory: &[u8], pointer: u32, length: u32) -> Option<&[u8]> {
    if length == 0 {
        return Some(&[]);
    }
    memory.get(pointer as usize..)?.get(..length as usize)
}

fn part_mut(memory: &mut [u8], pointer: u32, length: u32) -> Option<&mut [u8]> {
    memory
        .get_mut(pointer as usize..)?
        .get_mut(..length as usize)
}

const _: () = {
    const fn is_send<T: Send>() {}
    #[allow(dead_code)]
    const fn machine_is_send<D: Imports + Send>() {
        is_send::<Machine<D>>();
    }
};
