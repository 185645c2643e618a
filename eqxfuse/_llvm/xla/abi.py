"""XLA's FFI on 64-bit platforms: offsets, sizes and numbers of `xla/ffi/api/c_api.h`, a header that jaxlib ships.

Names are those of the header without `XLA_FFI_`.
"""

MAJOR, MINOR = 0, 1
"""Version of the FFI that the handlers are written for. XLA takes those of its own major version and of any minor
version up to its own."""

OFFSETS = {
    ("CallFrame", "extension_start"): 8,
    ("CallFrame", "api"): 16,
    ("CallFrame", "ctx"): 24,
    ("CallFrame", "stage"): 32,
    ("CallFrame", "args.size"): 56,
    ("CallFrame", "args.args"): 72,
    ("CallFrame", "rets.size"): 96,
    ("CallFrame", "rets.rets"): 112,
    ("Extension_Base", "type"): 8,
    ("Metadata_Extension", "metadata"): 24,
    ("Metadata", "api_version.struct_size"): 8,
    ("Metadata", "api_version.major_version"): 24,
    ("Metadata", "api_version.minor_version"): 28,
    ("Buffer", "dtype"): 16,
    ("Buffer", "data"): 24,
    ("Buffer", "rank"): 32,
    ("Buffer", "dims"): 40,
    ("Api", "XLA_FFI_Error_Create"): 48,
    ("Api", "XLA_FFI_Error_Destroy"): 64,
    ("Api", "XLA_FFI_ThreadPool_Schedule"): 136,
    ("Api", "XLA_FFI_ThreadPool_NumThreads"): 144,
    ("Error_Create_Args", "struct_size"): 0,
    ("Error_Create_Args", "extension_start"): 8,
    ("Error_Create_Args", "message"): 16,
    ("Error_Create_Args", "errc"): 24,
    ("Error_Destroy_Args", "struct_size"): 0,
    ("Error_Destroy_Args", "extension_start"): 8,
    ("Error_Destroy_Args", "error"): 16,
    ("ThreadPool_Schedule_Args", "struct_size"): 0,
    ("ThreadPool_Schedule_Args", "extension_start"): 8,
    ("ThreadPool_Schedule_Args", "ctx"): 16,
    ("ThreadPool_Schedule_Args", "task"): 24,
    ("ThreadPool_Schedule_Args", "data"): 32,
    ("ThreadPool_NumThreads_Args", "struct_size"): 0,
    ("ThreadPool_NumThreads_Args", "extension_start"): 8,
    ("ThreadPool_NumThreads_Args", "ctx"): 16,
    ("ThreadPool_NumThreads_Args", "num_threads"): 24,
}
"""Bytes from the start of a structure to one of its fields."""

CONSTANTS = {
    "Extension_Metadata": 1,
    "ExecutionStage_EXECUTE": 3,
    "Error_Code_INVALID_ARGUMENT": 3,
    "DataType_F32": 11,
    "DataType_F64": 12,
    "Api_Version_STRUCT_SIZE": 24,
    "Error_Create_Args_STRUCT_SIZE": 28,
    "Error_Destroy_Args_STRUCT_SIZE": 24,
    "ThreadPool_Schedule_Args_STRUCT_SIZE": 40,
    "ThreadPool_NumThreads_Args_STRUCT_SIZE": 32,
}

WORDS = {f"{structure}_{field.replace('.', '_')}": offset for (structure, field), offset in OFFSETS.items()} | CONSTANTS
"""What templates of LLVM IR call these numbers: `$CallFrame_args_size`, `$Error_Destroy_Args_STRUCT_SIZE`."""
