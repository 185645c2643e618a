/* Peers of a sparse factorisation: KLU (AMD ordering, refactorisation with a known pattern) and LAPACK (dense). */
#include <stdlib.h>
#include <string.h>
#include <klu.h>

extern void dgetrf_(int *m, int *n, double *a, int *lda, int *pivots, int *info);

/* Refactorises `repeats` times the matrix of n columns [starts, rows, values]; 0 on success. */
int klu_repeat(int n, int *starts, int *rows, double *values, int repeats) {
  klu_common common;
  klu_defaults(&common);
  klu_symbolic *symbolic = klu_analyze(n, starts, rows, &common);
  klu_numeric *numeric = klu_factor(starts, rows, values, symbolic, &common);
  int wrong = !symbolic || !numeric;
  for (int i = 0; i < repeats && !wrong; i++)
    wrong = !klu_refactor(starts, rows, values, symbolic, numeric, &common);
  klu_free_numeric(&numeric, &common);
  klu_free_symbolic(&symbolic, &common);
  return wrong;
}

/* Factorises `repeats` times a copy of the dense matrix `a` [n, n]; 0 on success. */
int lapack_repeat(int n, double *a, int repeats) {
  double *copy = malloc(sizeof(double) * n * n);
  int *pivots = malloc(sizeof(int) * n), info = 0;
  for (int i = 0; i < repeats && !info; i++) {
    memcpy(copy, a, sizeof(double) * n * n);
    dgetrf_(&n, &n, copy, &n, pivots, &info);
  }
  free(copy);
  free(pivots);
  return info;
}
