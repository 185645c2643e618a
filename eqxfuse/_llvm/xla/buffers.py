"""LLVM functions that read the buffers of an XLA call: checks, and the description of a batch."""

from string import Template

from eqxfuse._llvm.xla.abi import CONSTANTS, WORDS
from eqxfuse._llvm.xla.job import CELLS, DONE, NEXT, RANK, REFERENCES, SIZES

DTYPES = {"float": ("float32", CONSTANTS["DataType_F32"], 4), "double": ("float64", CONSTANTS["DataType_F64"], 8)}
"""Name, `XLA_FFI_DataType` and size in bytes of a number."""

_TEXT = Template("""
define internal i64 @volume(ptr %buffer) nounwind {
; number of cells: the product of all axes but the last
entry:
%rank.at=getelementptr i8,ptr %buffer,i64 $Buffer_rank
%rank=load i64,ptr %rank.at
%dims.at=getelementptr i8,ptr %buffer,i64 $Buffer_dims
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
%dtype.at=getelementptr i8,ptr %buffer,i64 $Buffer_dtype
%dtype=load i32,ptr %dtype.at
%typed=icmp eq i32 %dtype,$dtype
%rank.at=getelementptr i8,ptr %buffer,i64 $Buffer_rank
%rank=load i64,ptr %rank.at
%target.at=getelementptr i8,ptr %result,i64 $Buffer_rank
%target=load i64,ptr %target.at
%same=icmp eq i64 %rank,%target
%some=icmp ne i64 %rank,0
%first=and i1 %typed,%same
%good=and i1 %first,%some
br i1 %good,label %sizes,label %no
sizes:
%dims.at=getelementptr i8,ptr %buffer,i64 $Buffer_dims
%dims=load ptr,ptr %dims.at
%wanted.at=getelementptr i8,ptr %result,i64 $Buffer_dims
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
%dims.at=getelementptr i8,ptr %result,i64 $Buffer_dims
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
%data.at=getelementptr i8,ptr %buffer,i64 $Buffer_data
%data=load ptr,ptr %data.at
store ptr %data,ptr %record
%rank.at=getelementptr i8,ptr %buffer,i64 $Buffer_rank
%rank=load i64,ptr %rank.at
%dims.at=getelementptr i8,ptr %buffer,i64 $Buffer_dims
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
""")


def buffers_text(scalar: str) -> str:
    """`@fits(buffer, length, result)`, `@volume(buffer)`, and `@describe`, `@note`, which fill in a job."""
    _, dtype, size = DTYPES[scalar]
    return _TEXT.substitute(
        WORDS,
        dtype=dtype,
        bytes=size,
        SIZES=SIZES,
        NEXT=NEXT,
        DONE=DONE,
        REFERENCES=REFERENCES,
        CELLS=CELLS,
        RANK=RANK,
    )
