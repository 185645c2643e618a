"""LLVM functions that talk to XLA: errors, and tasks for its thread pool."""

from string import Template

from eqxfuse._llvm.xla.abi import WORDS

_TEXT = Template("""
define internal ptr @error(ptr %frame, ptr %message) nounwind {
%args=alloca [$Error_Create_Args_STRUCT_SIZE x i8],align 8
%size=getelementptr i8,ptr %args,i64 $Error_Create_Args_struct_size
store i64 $Error_Create_Args_STRUCT_SIZE,ptr %size
%extension=getelementptr i8,ptr %args,i64 $Error_Create_Args_extension_start
store ptr null,ptr %extension
%text=getelementptr i8,ptr %args,i64 $Error_Create_Args_message
store ptr %message,ptr %text
%code=getelementptr i8,ptr %args,i64 $Error_Create_Args_errc
store i32 $Error_Code_INVALID_ARGUMENT,ptr %code
%api.at=getelementptr i8,ptr %frame,i64 $CallFrame_api
%api=load ptr,ptr %api.at
%create.at=getelementptr i8,ptr %api,i64 $Api_XLA_FFI_Error_Create
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
%args=alloca [$Error_Destroy_Args_STRUCT_SIZE x i8],align 8
%size=getelementptr i8,ptr %args,i64 $Error_Destroy_Args_struct_size
store i64 $Error_Destroy_Args_STRUCT_SIZE,ptr %size
%extension=getelementptr i8,ptr %args,i64 $Error_Destroy_Args_extension_start
store ptr null,ptr %extension
%which=getelementptr i8,ptr %args,i64 $Error_Destroy_Args_error
store ptr %error,ptr %which
%api.at=getelementptr i8,ptr %frame,i64 $CallFrame_api
%api=load ptr,ptr %api.at
%destroy.at=getelementptr i8,ptr %api,i64 $Api_XLA_FFI_Error_Destroy
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
%args=alloca [$ThreadPool_NumThreads_Args_STRUCT_SIZE x i8],align 8
%size=getelementptr i8,ptr %args,i64 $ThreadPool_NumThreads_Args_struct_size
store i64 $ThreadPool_NumThreads_Args_STRUCT_SIZE,ptr %size
%extension=getelementptr i8,ptr %args,i64 $ThreadPool_NumThreads_Args_extension_start
store ptr null,ptr %extension
%context.at=getelementptr i8,ptr %frame,i64 $CallFrame_ctx
%context=load ptr,ptr %context.at
%context.to=getelementptr i8,ptr %args,i64 $ThreadPool_NumThreads_Args_ctx
store ptr %context,ptr %context.to
%number.to=getelementptr i8,ptr %args,i64 $ThreadPool_NumThreads_Args_num_threads
store ptr %number,ptr %number.to
%api.at=getelementptr i8,ptr %frame,i64 $CallFrame_api
%api=load ptr,ptr %api.at
%ask.at=getelementptr i8,ptr %api,i64 $Api_XLA_FFI_ThreadPool_NumThreads
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

define internal void @spread(ptr %frame, ptr %job, i64 %threads) nounwind {
; ask the pool for all threads but this one; a refusal costs speed only
entry:
%args=alloca [$ThreadPool_Schedule_Args_STRUCT_SIZE x i8],align 8
%size=getelementptr i8,ptr %args,i64 $ThreadPool_Schedule_Args_struct_size
store i64 $ThreadPool_Schedule_Args_STRUCT_SIZE,ptr %size
%extension=getelementptr i8,ptr %args,i64 $ThreadPool_Schedule_Args_extension_start
store ptr null,ptr %extension
%context.at=getelementptr i8,ptr %frame,i64 $CallFrame_ctx
%context=load ptr,ptr %context.at
%context.to=getelementptr i8,ptr %args,i64 $ThreadPool_Schedule_Args_ctx
store ptr %context,ptr %context.to
%task=getelementptr i8,ptr %args,i64 $ThreadPool_Schedule_Args_task
store ptr @task,ptr %task
%data=getelementptr i8,ptr %args,i64 $ThreadPool_Schedule_Args_data
store ptr %job,ptr %data
%api.at=getelementptr i8,ptr %frame,i64 $CallFrame_api
%api=load ptr,ptr %api.at
%schedule.at=getelementptr i8,ptr %api,i64 $Api_XLA_FFI_ThreadPool_Schedule
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
""")


def pool_text(group: int) -> str:
    """`@error(frame, message)`, `@threads(frame, cells)` and `@spread(frame, job, threads)`.

    A thread takes `group` cells at a time.
    """
    return _TEXT.substitute(WORDS, group=group, last=group - 1)
