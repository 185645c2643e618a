/* CVODE's BDF with the analytic Jacobian of one network. Compiled together with the generated network:
 * rhs(y, k, dydt) and jacobian(y, k, values), and the compressed sparse columns of `values`:
 * starts, rows, and where the diagonal is. */
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <string.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunmatrix/sunmatrix_sparse.h>

#include "network.h"

enum { KLU, LAPACK };
enum { AMD = 0 };

/* LAPACK's dense LU as a linear solver of SUNDIALS, which distributions build without it. */
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *pivots, int *info);
void dgetrs_(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *pivots,
             double *b, const int *ldb, int *info);

static const int size = SPECIES, one = 1;

static SUNLinearSolver_Type lapack_type(SUNLinearSolver solver) { return SUNLINEARSOLVER_DIRECT; }

static int lapack_setup(SUNLinearSolver solver, SUNMatrix matrix) {
  int info;
  dgetrf_(&size, &size, SM_DATA_D(matrix), &size, solver->content, &info);
  return info;
}

static int lapack_solve(SUNLinearSolver solver, SUNMatrix matrix, N_Vector x, N_Vector b, realtype tolerance) {
  int info;
  N_VScale(1.0, b, x);
  dgetrs_("N", &size, &one, SM_DATA_D(matrix), &size, solver->content, NV_DATA_S(x), &size, &info);
  return info;
}

static SUNLinearSolver lapack_solver(SUNContext context) {
  static int pivots[SPECIES];
  SUNLinearSolver solver = SUNLinSolNewEmpty(context);
  solver->ops->gettype = lapack_type;
  solver->ops->setup = lapack_setup;
  solver->ops->solve = lapack_solve;
  solver->content = pivots;
  return solver;
}

static int f(realtype t, N_Vector y, N_Vector dydt, void *k) {
  rhs(NV_DATA_S(y), k, NV_DATA_S(dydt));
  return 0;
}

/* I - gamma J in one pass, from the Jacobian that was kept where CVODE says that it still serves. CVODE's own way
 * (a function for J alone) copies, scales and adds in three, which costs it a tenth more on these networks. */
static double kept[STORED];

static void update(N_Vector y, booleantype serves, booleantype *fresh, void *k) {
  if (!serves) jacobian(NV_DATA_S(y), k, kept);
  *fresh = !serves;
}

static int sparse_system(realtype t, N_Vector y, N_Vector dydt, SUNMatrix matrix, booleantype serves,
                         booleantype *fresh, realtype gamma, void *k, N_Vector a, N_Vector b, N_Vector c) {
  double *values = SM_DATA_S(matrix);
  update(y, serves, fresh, k);
  memcpy(SM_INDEXPTRS_S(matrix), starts, sizeof starts);
  memcpy(SM_INDEXVALS_S(matrix), rows, sizeof rows);
  for (int e = 0; e < STORED; e++) values[e] = -gamma * kept[e];
  for (int i = 0; i < SPECIES; i++) values[diagonal[i]] += 1.0;
  return 0;
}

static int dense_system(realtype t, N_Vector y, N_Vector dydt, SUNMatrix matrix, booleantype serves,
                        booleantype *fresh, realtype gamma, void *k, N_Vector a, N_Vector b, N_Vector c) {
  update(y, serves, fresh, k);
  SUNMatZero(matrix);
  for (int column = 0; column < SPECIES; column++) {
    for (int e = starts[column]; e < starts[column + 1]; e++) SM_ELEMENT_D(matrix, rows[e], column) = -gamma * kept[e];
    SM_ELEMENT_D(matrix, column, column) += 1.0;
  }
  return 0;
}

static void ignore(int code, const char *module, const char *function, char *message, void *data) {}

typedef struct {
  SUNContext context;
  N_Vector y;
  SUNMatrix matrix;
  SUNLinearSolver linear;
  void *cvode;
} Solver;

/* A solver with the linear algebra `kind`, used again for every solve; NULL where SUNDIALS refuses. */
void *solver_open(int kind) {
  Solver *s = calloc(1, sizeof *s);
  int wrong = SUNContext_Create(NULL, &s->context);
  s->y = N_VNew_Serial(SPECIES, s->context);
  N_VConst(0.0, s->y);
  if (kind == KLU) {
    s->matrix = SUNSparseMatrix(SPECIES, SPECIES, STORED, CSC_MAT, s->context);
    s->linear = SUNLinSol_KLU(s->y, s->matrix, s->context);
    wrong |= SUNLinSol_KLUSetOrdering(s->linear, AMD);
  } else {
    s->matrix = SUNDenseMatrix(SPECIES, SPECIES, s->context);
    s->linear = lapack_solver(s->context);
  }
  s->cvode = CVodeCreate(CV_BDF, s->context);
  wrong |= CVodeSetErrHandlerFn(s->cvode, ignore, NULL);
  wrong |= CVodeInit(s->cvode, f, 0.0, s->y);
  wrong |= CVodeSStolerances(s->cvode, 1e-4, 1e-20);
  wrong |= CVodeSetLinearSolver(s->cvode, s->linear, s->matrix);
  wrong |= CVodeSetLinSysFn(s->cvode, kind == KLU ? sparse_system : dense_system);
  wrong |= CVodeSetMaxNumSteps(s->cvode, 1000000);
  return wrong ? NULL : s;
}

/* Solve from times[0] to every later time; `out` is [count, SPECIES], its first row y0. `statistics` gets steps,
 * evaluations of f, of the Jacobian, factorisations, Newton iterations, failed error tests, failed iterations.
 * Returns CVODE's code, negative for a failure. */
int solver_run(void *solver, const double *y0, double *k, const double *times, long count, double rtol, double atol,
               double *out, long *statistics) {
  Solver *s = solver;
  realtype t = times[0];
  memcpy(NV_DATA_S(s->y), y0, sizeof(double) * SPECIES);
  memcpy(out, y0, sizeof(double) * SPECIES);
  CVodeSetUserData(s->cvode, k);
  CVodeReInit(s->cvode, t, s->y);
  CVodeSStolerances(s->cvode, rtol, atol);
  int code = 0;
  for (long i = 1; i < count && code >= 0; i++) {
    code = CVode(s->cvode, times[i], s->y, &t, CV_NORMAL);
    memcpy(out + i * SPECIES, NV_DATA_S(s->y), sizeof(double) * SPECIES);
  }
  CVodeGetNumSteps(s->cvode, statistics);
  CVodeGetNumRhsEvals(s->cvode, statistics + 1);
  CVodeGetNumJacEvals(s->cvode, statistics + 2);
  CVodeGetNumLinSolvSetups(s->cvode, statistics + 3);
  CVodeGetNumNonlinSolvIters(s->cvode, statistics + 4);
  CVodeGetNumErrTestFails(s->cvode, statistics + 5);
  CVodeGetNumNonlinSolvConvFails(s->cvode, statistics + 6);
  return code;
}
