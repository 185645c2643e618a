"""The LLVM function that XLA calls: it checks the buffers, then runs the kernel over the batch.

Offsets and numbers are those of `xla/ffi/api/c_api.h` on 64-bit platforms, a header that jaxlib ships.
"""

from collections.abc import Sequence
from string import Template

from eqxfuse._emit._llvm_batch import CELLS, DONE, NEXT, RANK, REFERENCES, SIZES
from eqxfuse._ir import Array

DTYPES = {"float": ("float32", 11, 4), "double": ("float64", 12, 8)}
"""Name, `XLA_FFI_DataType` and size in bytes of a number."""

MAJOR, MINOR = 0, 1
"""Version of the FFI that the handler is written for."""

_TEXT = Template("""
define ptr @$name(ptr %frame) nounwind {
entry:
%rows=alloca [$arrays x ptr],align 8
%extension.at=getelementptr i8,ptr %frame,i64 8
%extension=load ptr,ptr %extension.at
%plain=icmp eq ptr %extension,null
br i1 %plain,label %staged,label %extended
extended:
%type.at=getelementptr i8,ptr %extension,i64 8
%type=load i32,ptr %type.at
%asks=icmp eq i32 %type,1
br i1 %asks,label %metadata,label %staged
metadata:
%metadata.at=getelementptr i8,ptr %extension,i64 24
%answer=load ptr,ptr %metadata.at
%version=getelementptr i8,ptr %answer,i64 8
store i64 24,ptr %version
%major=getelementptr i8,ptr %answer,i64 24
store i32 $major,ptr %major
%minor=getelementptr i8,ptr %answer,i64 28
store i32 $minor,ptr %minor
ret ptr null
staged:
%stage.at=getelementptr i8,ptr %frame,i64 32
%stage=load i32,ptr %stage.at
%execute=icmp eq i32 %stage,3
br i1 %execute,label %count,label %done
count:
%args.size.at=getelementptr i8,ptr %frame,i64 56
%args.size=load i64,ptr %args.size.at
%rets.size.at=getelementptr i8,ptr %frame,i64 96
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
%rank.at=getelementptr i8,ptr %buffer.$inputs,i64 32
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

define internal i64 @volume(ptr %buffer) nounwind {
; number of cells: the product of all axes but the last
entry:
%rank.at=getelementptr i8,ptr %buffer,i64 32
%rank=load i64,ptr %rank.at
%dims.at=getelementptr i8,ptr %buffer,i64 40
%dims=load ptr,ptr %dims.at
%last=sub i64 %rank,1
br label %test
test:
%i=phi i64 [0,%entry],[%i.next,%step]
%product=phi i64 [1,%entry],[%more,%step]
%inside=icmp ult i64 %i,%last
br i1 %inside,label %step,label %done
step:
%at=getelementptr i64,ptr %dims,i64 %i
%dim=load i64,ptr %at
%more=mul i64 %product,%dim
%i.next=add i64 %i,1
br label %test
done:
ret i64 %product
}

define internal i1 @fits(ptr %buffer, i64 %length, ptr %result) nounwind {
; numbers of the right type [..., length]; leading axes are 1 or those of the result
entry:
%dtype.at=getelementptr i8,ptr %buffer,i64 16
%dtype=load i32,ptr %dtype.at
%typed=icmp eq i32 %dtype,$dtype
%rank.at=getelementptr i8,ptr %buffer,i64 32
%rank=load i64,ptr %rank.at
%target.at=getelementptr i8,ptr %result,i64 32
%target=load i64,ptr %target.at
%same=icmp eq i64 %rank,%target
%some=icmp ne i64 %rank,0
%first=and i1 %typed,%same
%good=and i1 %first,%some
br i1 %good,label %sizes,label %no
sizes:
%dims.at=getelementptr i8,ptr %buffer,i64 40
%dims=load ptr,ptr %dims.at
%wanted.at=getelementptr i8,ptr %result,i64 40
%wanted=load ptr,ptr %wanted.at
%last=sub i64 %rank,1
%last.at=getelementptr i64,ptr %dims,i64 %last
%size=load i64,ptr %last.at
%long=icmp eq i64 %size,%length
br i1 %long,label %test,label %no
test:
%i=phi i64 [0,%sizes],[%i.next,%step]
%inside=icmp ult i64 %i,%last
br i1 %inside,label %step,label %yes
step:
%at=getelementptr i64,ptr %dims,i64 %i
%dim=load i64,ptr %at
%other.at=getelementptr i64,ptr %wanted,i64 %i
%other=load i64,ptr %other.at
%equal=icmp eq i64 %dim,%other
%one=icmp eq i64 %dim,1
%either=or i1 %equal,%one
%i.next=add i64 %i,1
br i1 %either,label %test,label %no
yes:
ret i1 true
no:
ret i1 false
}

define internal ptr @error(ptr %frame, ptr %message) nounwind {
%args=alloca [4 x i64],align 8
store i64 28,ptr %args
%extension=getelementptr i64,ptr %args,i64 1
store ptr null,ptr %extension
%text=getelementptr i64,ptr %args,i64 2
store ptr %message,ptr %text
%code=getelementptr i64,ptr %args,i64 3
store i32 3,ptr %code
%api.at=getelementptr i8,ptr %frame,i64 16
%api=load ptr,ptr %api.at
%create.at=getelementptr i8,ptr %api,i64 48
%create=load ptr,ptr %create.at
%error=call ptr %create(ptr %args)
ret ptr %error
}

define internal i1 @failed(ptr %frame, ptr %error) nounwind {
; whether a call of the FFI failed; its error is destroyed
%fine=icmp eq ptr %error,null
br i1 %fine,label %no,label %yes
no:
ret i1 false
yes:
%args=alloca [3 x i64],align 8
store i64 24,ptr %args
%extension=getelementptr i64,ptr %args,i64 1
store ptr null,ptr %extension
%which=getelementptr i64,ptr %args,i64 2
store ptr %error,ptr %which
%api.at=getelementptr i8,ptr %frame,i64 16
%api=load ptr,ptr %api.at
%destroy.at=getelementptr i8,ptr %api,i64 64
%destroy=load ptr,ptr %destroy.at
call void %destroy(ptr %args)
ret i1 true
}

define internal i64 @threads(ptr %frame, i64 %cells) nounwind {
; threads to use: those of XLA's pool, but no more than there are groups of cells
entry:
%rest=add i64 %cells,$last
%groups=udiv i64 %rest,$group
%several=icmp ugt i64 %groups,1
br i1 %several,label %ask,label %one
ask:
%number=alloca i64,align 8
store i64 1,ptr %number
%args=alloca [4 x i64],align 8
store i64 32,ptr %args
%extension=getelementptr i64,ptr %args,i64 1
store ptr null,ptr %extension
%context.at=getelementptr i8,ptr %frame,i64 24
%context=load ptr,ptr %context.at
%context.to=getelementptr i64,ptr %args,i64 2
store ptr %context,ptr %context.to
%number.to=getelementptr i64,ptr %args,i64 3
store ptr %number,ptr %number.to
%api.at=getelementptr i8,ptr %frame,i64 16
%api=load ptr,ptr %api.at
%ask.at=getelementptr i8,ptr %api,i64 144
%pool=load ptr,ptr %ask.at
%error=call ptr %pool(ptr %args)
%no.pool=call i1 @failed(ptr %frame,ptr %error)
br i1 %no.pool,label %one,label %limit
limit:
%workers=load i64,ptr %number
%fewer=icmp ult i64 %workers,%groups
%use=select i1 %fewer,i64 %workers,i64 %groups
ret i64 %use
one:
ret i64 1
}

define internal void @describe(ptr %job, i64 %cells, i64 %rank, i64 %threads, ptr %result) nounwind {
; the head of a job
entry:
%next=getelementptr i64,ptr %job,i64 $NEXT
store i64 0,ptr %next
%done.at=getelementptr i64,ptr %job,i64 $DONE
store i64 0,ptr %done.at
%references=getelementptr i64,ptr %job,i64 $REFERENCES
store i64 %threads,ptr %references
%cells.at=getelementptr i64,ptr %job,i64 $CELLS
store i64 %cells,ptr %cells.at
%rank.at=getelementptr i64,ptr %job,i64 $RANK
store i64 %rank,ptr %rank.at
%dims.at=getelementptr i8,ptr %result,i64 40
%dims=load ptr,ptr %dims.at
%sizes=getelementptr i64,ptr %job,i64 $SIZES
br label %test
test:
%i=phi i64 [0,%entry],[%i.next,%step]
%inside=icmp ult i64 %i,%rank
br i1 %inside,label %step,label %done
step:
%from=getelementptr i64,ptr %dims,i64 %i
%dim=load i64,ptr %from
%to=getelementptr i64,ptr %sizes,i64 %i
store i64 %dim,ptr %to
%i.next=add i64 %i,1
br label %test
done:
ret void
}

define internal void @note(ptr %job, i64 %array, ptr %buffer) nounwind {
; address and strides of one array; an axis of length 1 gets the stride 0
entry:
%record=call ptr @record(ptr %job,i64 %array)
%data.at=getelementptr i8,ptr %buffer,i64 24
%data=load ptr,ptr %data.at
store ptr %data,ptr %record
%rank.at=getelementptr i8,ptr %buffer,i64 32
%rank=load i64,ptr %rank.at
%dims.at=getelementptr i8,ptr %buffer,i64 40
%dims=load ptr,ptr %dims.at
%last=sub i64 %rank,1
%last.at=getelementptr i64,ptr %dims,i64 %last
%length=load i64,ptr %last.at
%row=mul i64 %length,$bytes
br label %test
test:
%axis=phi i64 [%last,%entry],[%before,%step]
%stride=phi i64 [%row,%entry],[%larger,%step]
%more=icmp ne i64 %axis,0
br i1 %more,label %step,label %done
step:
%before=sub i64 %axis,1
%at=getelementptr i64,ptr %dims,i64 %before
%dim=load i64,ptr %at
%shared=icmp eq i64 %dim,1
%own=select i1 %shared,i64 0,i64 %stride
%to=getelementptr i64,ptr %record,i64 %axis
store i64 %own,ptr %to
%larger=mul i64 %stride,%dim
br label %test
done:
ret void
}

define internal void @spread(ptr %frame, ptr %job, i64 %threads) nounwind {
; ask the pool for all threads but this one; a refusal costs speed only
entry:
%args=alloca [5 x i64],align 8
store i64 40,ptr %args
%extension=getelementptr i64,ptr %args,i64 1
store ptr null,ptr %extension
%context.at=getelementptr i8,ptr %frame,i64 24
%context=load ptr,ptr %context.at
%context.to=getelementptr i64,ptr %args,i64 2
store ptr %context,ptr %context.to
%task=getelementptr i64,ptr %args,i64 3
store ptr @task,ptr %task
%data=getelementptr i64,ptr %args,i64 4
store ptr %job,ptr %data
%api.at=getelementptr i8,ptr %frame,i64 16
%api=load ptr,ptr %api.at
%schedule.at=getelementptr i8,ptr %api,i64 136
%schedule=load ptr,ptr %schedule.at
br label %test
test:
%i=phi i64 [1,%entry],[%i.next,%step],[%i.next,%refused]
%more=icmp ult i64 %i,%threads
br i1 %more,label %step,label %done
step:
%i.next=add i64 %i,1
%error=call ptr %schedule(ptr %args)
%bad=call i1 @failed(ptr %frame,ptr %error)
br i1 %bad,label %refused,label %test
refused:
call void @release(ptr %job)
br label %test
done:
ret void
}
$messages
""")

_CHECK = Template("""check.$i:
%list.$i=getelementptr i8,ptr %frame,i64 $list
%pointers.$i=load ptr,ptr %list.$i
%buffer.at.$i=getelementptr ptr,ptr %pointers.$i,i64 $place
%buffer.$i=load ptr,ptr %buffer.at.$i
%fits.$i=call i1 @fits(ptr %buffer.$i,i64 $length,ptr %buffer.$inputs)
%data.at.$i=getelementptr i8,ptr %buffer.$i,i64 24
%data.$i=load ptr,ptr %data.at.$i
br i1 %fits.$i,label %$next,label %wrong.$i
wrong.$i:
%error.$i=call ptr @error(ptr %frame,ptr @message.$i)
ret ptr %error.$i""")


def handler_text(name: str, kernel: str, inputs: Sequence[Array], outputs: int, scalar: str, group: int) -> str:
    """The handler `@name` of the program `kernel`; batches beyond `group` cells may use several threads."""
    dtype, number, size = DTYPES[scalar]
    count = len(inputs)
    order = [count, *range(count)]
    lengths = [*(a.length for a in inputs), outputs]
    labels = [*(f"input {i} ({a.name})" for i, a in enumerate(inputs)), "the result"]
    checks = [
        _CHECK.substitute(
            i=i, list=112 if i == count else 72, place=0 if i == count else i, length=lengths[i], inputs=count,
            next=f"check.{order[n + 1]}" if n + 1 < len(order) else "ready",
        )
        for n, i in enumerate(order)
    ]
    texts = {
        "number": f"eqxfuse {kernel}: takes {count} inputs and gives one result",
        "memory": f"eqxfuse {kernel}: out of memory",
    }
    for i, label in enumerate(labels):
        texts[str(i)] = f"eqxfuse {kernel}: {label} must be {dtype} [..., {lengths[i]}], leading axes as in the result or 1"
    return _TEXT.substitute(
        name=name, major=MAJOR, minor=MINOR, inputs=count, arrays=count + 1, dtype=number, bytes=size,
        group=group, last=group - 1, SIZES=SIZES, NEXT=NEXT, DONE=DONE, REFERENCES=REFERENCES, CELLS=CELLS, RANK=RANK,
        checks="\n".join(checks), data=",".join(f"ptr %data.{i}" for i in range(count + 1)),
        records="\n".join(f"call void @note(ptr %job,i64 {i},ptr %buffer.{i})" for i in range(count + 1)),
        messages="\n".join(_message(key, text) for key, text in texts.items()),
    )


def _message(key: str, text: str) -> str:
    data = "".join(c if c.isalnum() or c in " .,:()[]_" else f"\\{b:02X}" for c in text for b in c.encode()[:1])
    return f'@message.{key} = internal constant [{len(text) + 1} x i8] c"{data}\\00"'
