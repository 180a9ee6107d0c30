using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>
/// A simplex tableau in integers: the largest value of a linear function over a polytope, without any rounding. For the few small programs
/// whose sign rounding leaves undecided.
/// </summary>
/// <remarks>
/// Integer pivoting: every entry is an integer over one common denominator, the last pivot, by which each update divides without remainder
/// (Edmonds, <em>Systems of Distinct Representatives and Linear Algebra</em>, 1967). Bland's rule keeps it from cycling. The variables are
/// nonnegative, and a program starts from a vertex that satisfies every constraint: constraints are added only where the current vertex
/// satisfies them, so that no first phase is needed.
/// </remarks>
internal sealed class ExactTableau
{
    private readonly int variables;
    private readonly List<BigInteger[]> rows = [];
    private readonly List<int> basis = [];
    private BigInteger denominator = BigInteger.One;

    /// <summary>The box <c>0 &lt;= x_i &lt;= width_i</c>, at its vertex 0.</summary>
    /// <param name="widths">None below 0.</param>
    public ExactTableau(ReadOnlySpan<Dyadic> widths)
    {
        variables = widths.Length;
        for (int i = 0; i < variables; i++)
        {
            var above = new Dyadic[variables + 1];
            above[i] = -1.0;
            above[variables] = widths[i];
            Require(above);
        }
    }

    private ExactTableau(ExactTableau other)
    {
        variables = other.variables;
        denominator = other.denominator;
        rows.AddRange(other.rows.Select(static r => (BigInteger[])r.Clone()));
        basis.AddRange(other.basis);
    }

    /// <summary>Numbers multiplied in pivots so far, in all tableaus that this one was copied from too: what the work costs.</summary>
    public long Effort { get; private set; }

    /// <summary>The same program at the same vertex.</summary>
    public ExactTableau Copy() => new(this) { Effort = Effort };

    /// <summary>Adds the constraint that an affine function is not negative.</summary>
    /// <param name="function">A coefficient for each variable, then the constant.</param>
    /// <exception cref="InvalidOperationException">The current vertex violates it.</exception>
    public void Require(ReadOnlySpan<Dyadic> function)
    {
        BigInteger[] terms = Dyadic.ToIntegers(function);
        int columns = variables + rows.Count, slack = columns;
        var row = new BigInteger[columns + 2];
        BigInteger[] reduced = Reduced(terms, columns);
        reduced.AsSpan(0, columns).CopyTo(row);
        row[slack] = denominator;
        row[^1] = reduced[columns] + (terms[variables] * denominator);
        if (row[^1].Sign < 0)
            throw new InvalidOperationException("The vertex breaks the constraint.");
        for (int i = 0; i < rows.Count; i++)
            rows[i] = [.. rows[i][..^1], BigInteger.Zero, rows[i][^1]];
        rows.Add(row);
        basis.Add(slack);
    }

    /// <summary>Goes to a vertex at which an affine function is largest.</summary>
    /// <param name="function">A coefficient for each variable, then the constant.</param>
    /// <param name="cancellation">Checked before each pivot; throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>The sign of the largest value.</returns>
    public int MaximumSign(ReadOnlySpan<Dyadic> function, CancellationToken cancellation = default)
    {
        BigInteger[] terms = Dyadic.ToIntegers(function);
        int columns = variables + rows.Count;
        BigInteger[] objective = Reduced(terms, columns);
        objective[columns] += terms[variables] * denominator;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            int enter = Array.FindIndex(objective, 0, columns, static c => c.Sign < 0);
            if (enter < 0)
                return objective[columns].Sign;
            int leave = Leaving(enter);
            BigInteger[] pivot = rows[leave];
            for (int i = 0; i < rows.Count; i++)
            {
                if (i != leave)
                    Eliminate(rows[i], pivot, enter);
            }

            Eliminate(objective, pivot, enter);
            Effort += (rows.Count + 1L) * (columns + 1);
            denominator = pivot[enter];
            basis[leave] = enter;
        }
    }

    /// <summary>
    /// Minus a linear function over the tableau's columns, without the basic variables; last its value at the vertex. Over the common
    /// denominator.
    /// </summary>
    private BigInteger[] Reduced(BigInteger[] terms, int columns)
    {
        var row = new BigInteger[columns + 1];
        for (int j = 0; j < variables; j++)
            row[j] = -terms[j] * denominator;
        for (int i = 0; i < rows.Count; i++)
        {
            if (basis[i] >= variables || terms[basis[i]].IsZero)
                continue;
            BigInteger factor = terms[basis[i]];
            for (int j = 0; j <= columns; j++)
                row[j] += factor * rows[i][j == columns ? rows[i].Length - 1 : j];
        }

        return row;
    }

    /// <summary>The row that allows the least of the entering variable; of several the one whose basic variable comes first.</summary>
    private int Leaving(int enter)
    {
        int best = -1;
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i][enter].Sign <= 0)
                continue;
            int order = best < 0 ? -1 : (rows[i][^1] * rows[best][enter]).CompareTo(rows[best][^1] * rows[i][enter]);
            if (order < 0 || (order == 0 && basis[i] < basis[best]))
                best = i;
        }

        return best >= 0 ? best : throw new InvalidOperationException("A box bounds every function.");
    }

    private void Eliminate(BigInteger[] row, BigInteger[] pivot, int column)
    {
        BigInteger factor = row[column], by = pivot[column];
        int last = row.Length - 1;
        for (int j = 0; j <= last; j++)
            row[j] = ((by * row[j]) - (factor * pivot[j])) / denominator;
    }
}
