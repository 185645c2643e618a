"""The LLVM function that XLA calls: it checks the buffers, then runs the kernel over the batch."""

from collections.abc import Iterator, Sequence
from string import Template

from eqxfuse._llvm.xla.abi import MAJOR, MINOR, WORDS
from eqxfuse._llvm.xla.buffers import DTYPES, buffers_text
from eqxfuse._llvm.xla.job import SIZES
from eqxfuse._llvm.xla.pool import pool_text
from eqxfuse._program.ir import Array

_TEXT = Template("""
define ptr @$name(ptr %frame) nounwind {
entry:
%extension.at=getelementptr i8,ptr %frame,i64 $CallFrame_extension_start
%extension=load ptr,ptr %extension.at
%plain=icmp eq ptr %extension,null
br i1 %plain,label %staged,label %extended
extended:
%type.at=getelementptr i8,ptr %extension,i64 $Extension_Base_type
%type=load i32,ptr %type.at
%asks=icmp eq i32 %type,$Extension_Metadata
br i1 %asks,label %metadata,label %staged
metadata:
%metadata.at=getelementptr i8,ptr %extension,i64 $Metadata_Extension_metadata
%answer=load ptr,ptr %metadata.at
%version=getelementptr i8,ptr %answer,i64 $Metadata_api_version_struct_size
store i64 $Api_Version_STRUCT_SIZE,ptr %version
%major=getelementptr i8,ptr %answer,i64 $Metadata_api_version_major_version
store i32 $major,ptr %major
%minor=getelementptr i8,ptr %answer,i64 $Metadata_api_version_minor_version
store i32 $minor,ptr %minor
ret ptr null
staged:
%stage.at=getelementptr i8,ptr %frame,i64 $CallFrame_stage
%stage=load i32,ptr %stage.at
%execute=icmp eq i32 %stage,$ExecutionStage_EXECUTE
br i1 %execute,label %count,label %done
count:
%args.size.at=getelementptr i8,ptr %frame,i64 $CallFrame_args_size
%args.size=load i64,ptr %args.size.at
%rets.size.at=getelementptr i8,ptr %frame,i64 $CallFrame_rets_size
%rets.size=load i64,ptr %rets.size.at
%args.right=icmp eq i64 %args.size,$inputs
%rets.right=icmp eq i64 %rets.size,1
%both=and i1 %args.right,%rets.right
br i1 %both,label %check.$inputs,label %wrong.number
wrong.number:
%number.error=call ptr @error(ptr %frame,ptr @message.number)
ret ptr %number.error
$checks
ready:
%cells=call i64 @volume(ptr %buffer.$inputs)
%rank.at=getelementptr i8,ptr %buffer.$inputs,i64 $Buffer_rank
%rank=load i64,ptr %rank.at
%axes=sub i64 %rank,1
%single=icmp eq i64 %cells,1
br i1 %single,label %one,label %some
one:
call void @cell($data)
br label %done
some:
%empty=icmp eq i64 %cells,0
br i1 %empty,label %done,label %batch
batch:
%threads=call i64 @threads(ptr %frame,i64 %cells)
%per.array=add i64 %axes,1
%records=mul i64 %per.array,$arrays
%head=add i64 %axes,$SIZES
%words=add i64 %head,%records
%bytes=mul i64 %words,8
%job=call ptr @eqxfuse_malloc(i64 %bytes)
%full=icmp eq ptr %job,null
br i1 %full,label %memory,label %start
memory:
%memory.error=call ptr @error(ptr %frame,ptr @message.memory)
ret ptr %memory.error
start:
call void @describe(ptr %job,i64 %cells,i64 %axes,i64 %threads,ptr %buffer.$inputs)
$records
call void @spread(ptr %frame,ptr %job,i64 %threads)
call void @worker(ptr %job)
call void @wait(ptr %job)
call void @release(ptr %job)
br label %done
done:
ret ptr null
}

$messages
""")

_CHECK = Template("""check.$i:
%list.$i=getelementptr i8,ptr %frame,i64 $list
%pointers.$i=load ptr,ptr %list.$i
%buffer.at.$i=getelementptr ptr,ptr %pointers.$i,i64 $place
%buffer.$i=load ptr,ptr %buffer.at.$i
%fits.$i=call i1 @fits(ptr %buffer.$i,i64 $length,ptr %buffer.$inputs)
%data.at.$i=getelementptr i8,ptr %buffer.$i,i64 $Buffer_data
%data.$i=load ptr,ptr %data.at.$i
br i1 %fits.$i,label %$next,label %wrong.$i
wrong.$i:
%error.$i=call ptr @error(ptr %frame,ptr @message.$i)
ret ptr %error.$i""")


def handler_text(name: str, kernel: str, inputs: Sequence[Array], outputs: int, scalar: str, group: int) -> str:
    """The handler `@name` of the program `kernel`; batches beyond `group` cells may use several threads."""
    count = len(inputs)
    lengths = [*(a.length for a in inputs), outputs]
    text = _TEXT.substitute(
        WORDS,
        name=name,
        major=MAJOR,
        minor=MINOR,
        inputs=count,
        arrays=count + 1,
        SIZES=SIZES,
        checks="\n".join(_checks(lengths)),
        data=",".join(f"ptr %data.{i}" for i in range(count + 1)),
        records="\n".join(f"call void @note(ptr %job,i64 {i},ptr %buffer.{i})" for i in range(count + 1)),
        messages="\n".join(
            _message(key, f"eqxfuse {kernel}: {text}") for key, text in _messages(inputs, outputs, scalar)
        ),
    )
    return text + buffers_text(scalar) + pool_text(group)


def _checks(lengths: Sequence[int]) -> Iterator[str]:
    """One for each buffer: first the result, with which the inputs are compared."""
    last = len(lengths) - 1
    for i in (last, *range(last)):
        following = 0 if i == last else i + 1
        yield _CHECK.substitute(
            WORDS,
            i=i,
            list=WORDS["CallFrame_rets_rets" if i == last else "CallFrame_args_args"],
            place=0 if i == last else i,
            length=lengths[i],
            inputs=last,
            next="ready" if following == last else f"check.{following}",
        )


def _messages(inputs: Sequence[Array], outputs: int, scalar: str) -> Iterator[tuple[str, str]]:
    yield "number", f"takes {len(inputs)} inputs and gives one result"
    yield "memory", "out of memory"
    labels = [(f"input {i} ({a.name})", a.length) for i, a in enumerate(inputs)]
    for i, (label, length) in enumerate([*labels, ("the result", outputs)]):
        yield str(i), f"{label} must be {DTYPES[scalar][0]} [..., {length}], leading axes as in the result or 1"


def _message(key: str, text: str) -> str:
    data = text.encode() + b"\0"
    escaped = "".join(f"\\{byte:02X}" for byte in data)
    return f'@message.{key} = internal constant [{len(data)} x i8] c"{escaped}"'
