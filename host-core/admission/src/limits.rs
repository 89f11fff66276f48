//! How much of everything a module may have.

macro_rules! limits {
    ($($(#[$doc:meta])* $field:ident, $quantity:ident, $words:literal: $device:literal, $largest:literal;)*) => {
        /// How much of everything a module may have.
        ///
        /// Start from [`Limits::DEVICE`] and take away what a board cannot afford: [`admit`](crate::admit) keeps its books
        /// in arrays of that size, so what lies above counts as that. For tools the same goes for [`Limits::LARGEST`].
        ///
        /// ```
        /// use corelet_admission::Limits;
        /// let limits = Limits { memory_bytes: 8 * 1024, ..Limits::DEVICE };
        /// assert!(limits.module_bytes <= Limits::LARGEST.module_bytes);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$doc])* pub $field: u32,)*
        }

        impl Limits {
            /// For a microcontroller with some tens of KiB of heap.
            pub const DEVICE: Self = Self { $($field: $device,)* };

            /// The most that admission can take stock of; for tools.
            pub const LARGEST: Self = Self { $($field: $largest,)* };

            /// The smaller of both, field by field.
            #[must_use]
            pub fn within(&self, other: &Self) -> Self {
                Self { $($field: self.$field.min(other.$field),)* }
            }

            /// The limit on one quantity.
            pub const fn of(&self, quantity: Quantity) -> u32 {
                match quantity { $(Quantity::$quantity => self.$field,)* }
            }

            /// The limit on one quantity, to change it.
            pub const fn of_mut(&mut self, quantity: Quantity) -> &mut u32 {
                match quantity { $(Quantity::$quantity => &mut self.$field,)* }
            }
        }

        /// What a [`Limits`] field bounds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum Quantity {
            $($(#[$doc])* $quantity,)*
        }

        impl Quantity {
            /// Every quantity, in the order of the fields of [`Limits`].
            pub const ALL: &'static [Self] = &[$(Self::$quantity,)*];

            /// The quantity in words that follow a number: "12 imports".
            pub const fn words(self) -> &'static str {
                match self { $(Self::$quantity => $words,)* }
            }

            /// The field of [`Limits`] that bounds it.
            pub const fn field(self) -> &'static str {
                match self { $(Self::$quantity => stringify!($field),)* }
            }
        }
    };
}

limits! {
    /// Bytes of the whole module.
    module_bytes, ModuleBytes, "bytes of module": 65_536, 4_194_304;
    /// Function types.
    types, Types, "types": 64, 1_024;
    /// Parameters of one function type.
    params, Params, "parameters": 32, 1_000;
    /// Results of one function type, and of one block.
    results, Results, "results": 1, 1_000;
    /// Imported functions.
    imports, Imports, "imports": 32, 1_024;
    /// Functions, imported ones included.
    functions, Functions, "functions": 256, 16_384;
    /// Exports.
    exports, Exports, "exports": 32, 1_024;
    /// Globals.
    globals, Globals, "globals": 32, 1_024;
    /// Tables.
    tables, Tables, "tables": 1, 1;
    /// Elements that a table begins with; also the items of all element segments together.
    table_elements, TableElements, "table elements": 128, 65_536;
    /// Memories.
    memories, Memories, "memories": 1, 1;
    /// Bytes that the memory begins with.
    memory_bytes, MemoryBytes, "bytes of memory": 65_536, 2_147_483_647;
    /// Data segments.
    data_segments, DataSegments, "data segments": 32, 65_536;
    /// Element segments.
    element_segments, ElementSegments, "element segments": 8, 4_096;
    /// Bytes of one function's locals and code.
    function_bytes, FunctionBytes, "bytes of code in one function": 8_192, 4_194_304;
    /// Locals of one function, its parameters included.
    locals, Locals, "locals in one function": 256, 50_000;
    /// Blocks that are open at a time in one function, the function's own included.
    nesting, Nesting, "nested blocks": 128, 4_096;
    /// Fuel of one region of code, which is needed at once: see [`fuel`](crate::fuel). 65,536 is no limit.
    block_fuel, BlockFuel, "fuel of code that runs at once": 2_000, 65_536;
    /// Fuel that one open function has taken for code which is still to run; see [`fuel`](crate::fuel). 65,536 is no limit.
    prepaid_fuel, PrepaidFuel, "fuel of code that is paid for before it runs": 1_000, 65_536;
    /// Operands that a function has at a time.
    operands, Operands, "operands at a time": 256, 16_384;
    /// Parameters of one block: a branch copies them.
    block_params, BlockParams, "parameters of one block": 1, 1_024;
    /// Bytes of all custom sections together.
    custom_bytes, CustomBytes, "bytes of custom sections": 16_384, 4_194_304;
    /// Entries of the section `corelet:shapes`.
    shapes, Shapes, "shapes": 128, 512;
    /// Bytes of one name.
    name_bytes, NameBytes, "bytes in a name": 128, 100_000;
}
