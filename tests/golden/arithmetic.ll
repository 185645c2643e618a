; rhs: 13 statements, 10 multiplications, 10 additions, 5 outputs
; 8 lanes of double
%cell=type{double}
define hidden void @cell.0(ptr %y, ptr %k, ptr %m, ptr %.w, ptr %.o) noinline nounwind optnone {
entry:
; H2+ + H2 -> H3+ + H
%0=getelementptr %cell,ptr %y,i64 0
%1=load double,ptr %0
%2=getelementptr %cell,ptr %k,i64 0
%3=load double,ptr %2
%4=fmul double %1,%3
%5=getelementptr %cell,ptr %y,i64 1
%6=load double,ptr %5
%7=fmul double %4,%6
%8=getelementptr %cell,ptr %.w,i64 0
%9=load double,ptr %8
%10=fsub double %9,%7
%11=getelementptr %cell,ptr %y,i64 4
%12=load double,ptr %11
%13=getelementptr %cell,ptr %y,i64 2
%14=load double,ptr %13
%15=fmul double %12,%14
; H3+ + e- -> H + H + H
%16=getelementptr %cell,ptr %k,i64 1
%17=load double,ptr %16
%18=fmul double %15,%17
; H3+ + e- -> H2 + H
%19=getelementptr %cell,ptr %k,i64 2
%20=load double,ptr %19
%21=fmul double %15,%20
%22=fadd double %10,%21
%23=fadd double %18,%21
; H2 -> H2+ + e-
%24=getelementptr %cell,ptr %k,i64 3
%25=load double,ptr %24
%26=fmul double %6,%25
; H2 -> H + H
%27=getelementptr %cell,ptr %m,i64 0
%28=load double,ptr %27
%29=getelementptr %cell,ptr %k,i64 4
%30=load double,ptr %29
%31=fmul double %28,%30
%32=fmul double %31,%6
%33=fadd double %26,%32
%34=fsub double %22,%33
%35=fsub double %26,%7
; d H2+/dt
%36=getelementptr %cell,ptr %.o,i64 0
store double %35,ptr %36
; d H2/dt
%37=getelementptr %cell,ptr %.o,i64 1
store double %34,ptr %37
%38=fsub double %7,%23
; d H3+/dt
%39=getelementptr %cell,ptr %.o,i64 2
store double %38,ptr %39
%40=getelementptr %cell,ptr %.w,i64 1
%41=load double,ptr %40
%42=fmul double %18,%41
%43=fadd double %7,%42
%44=fadd double %43,%21
%45=fadd double %44,%32
%46=fadd double %45,%32
; d H/dt
%47=getelementptr %cell,ptr %.o,i64 3
store double %46,ptr %47
%48=fsub double %26,%23
; d e-/dt
%49=getelementptr %cell,ptr %.o,i64 4
store double %48,ptr %49
ret void
}
%block=type{<8 x double>}
define hidden void @block.0(ptr %y, ptr %k, ptr %m, ptr %.w, ptr %.o) noinline nounwind optnone {
entry:
; H2+ + H2 -> H3+ + H
%0=getelementptr %block,ptr %y,i64 0
%1=load <8 x double>,ptr %0
%2=getelementptr %block,ptr %k,i64 0
%3=load <8 x double>,ptr %2
%4=fmul <8 x double> %1,%3
%5=getelementptr %block,ptr %y,i64 1
%6=load <8 x double>,ptr %5
%7=fmul <8 x double> %4,%6
%8=getelementptr %block,ptr %.w,i64 0
%9=load <8 x double>,ptr %8
%10=fsub <8 x double> %9,%7
%11=getelementptr %block,ptr %y,i64 4
%12=load <8 x double>,ptr %11
%13=getelementptr %block,ptr %y,i64 2
%14=load <8 x double>,ptr %13
%15=fmul <8 x double> %12,%14
; H3+ + e- -> H + H + H
%16=getelementptr %block,ptr %k,i64 1
%17=load <8 x double>,ptr %16
%18=fmul <8 x double> %15,%17
; H3+ + e- -> H2 + H
%19=getelementptr %block,ptr %k,i64 2
%20=load <8 x double>,ptr %19
%21=fmul <8 x double> %15,%20
%22=fadd <8 x double> %10,%21
%23=fadd <8 x double> %18,%21
; H2 -> H2+ + e-
%24=getelementptr %block,ptr %k,i64 3
%25=load <8 x double>,ptr %24
%26=fmul <8 x double> %6,%25
; H2 -> H + H
%27=getelementptr %block,ptr %m,i64 0
%28=load <8 x double>,ptr %27
%29=getelementptr %block,ptr %k,i64 4
%30=load <8 x double>,ptr %29
%31=fmul <8 x double> %28,%30
%32=fmul <8 x double> %31,%6
%33=fadd <8 x double> %26,%32
%34=fsub <8 x double> %22,%33
%35=fsub <8 x double> %26,%7
; d H2+/dt
%36=getelementptr %block,ptr %.o,i64 0
store <8 x double> %35,ptr %36
; d H2/dt
%37=getelementptr %block,ptr %.o,i64 1
store <8 x double> %34,ptr %37
%38=fsub <8 x double> %7,%23
; d H3+/dt
%39=getelementptr %block,ptr %.o,i64 2
store <8 x double> %38,ptr %39
%40=getelementptr %block,ptr %.w,i64 1
%41=load <8 x double>,ptr %40
%42=fmul <8 x double> %18,%41
%43=fadd <8 x double> %7,%42
%44=fadd <8 x double> %43,%21
%45=fadd <8 x double> %44,%32
%46=fadd <8 x double> %45,%32
; d H/dt
%47=getelementptr %block,ptr %.o,i64 3
store <8 x double> %46,ptr %47
%48=fsub <8 x double> %26,%23
; d e-/dt
%49=getelementptr %block,ptr %.o,i64 4
store <8 x double> %48,ptr %49
ret void
}
