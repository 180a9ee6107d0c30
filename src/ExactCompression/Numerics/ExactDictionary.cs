using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>
/// The simplex method's dictionary of a polytope at one of its vertices, in exact arithmetic: as many constraints as there are
/// dimensions are tight there, the free variables, which are how far each of them is from tight; the other constraints and the
/// inputs are affine functions of these. Mutable; a copy shares the rows, which are not.
/// </summary>
internal sealed class ExactDictionary
{
    private readonly int[] free;
    private readonly BigInteger[] ranges;
    private readonly ExactRow[] inputs;
    private readonly ExactRow[] rows;

    /// <summary>Takes the arrays as its own.</summary>
    /// <param name="free">Which constraint each free variable belongs to; the smaller number is the older.</param>
    /// <param name="ranges">The range of each of these constraints over the box, in the variable's own scale.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="rows">The constraints that are not tight, or tight beyond need: their constants are not negative.</param>
    public ExactDictionary(int[] free, BigInteger[] ranges, ExactRow[] inputs, ExactRow[] rows)
    {
        this.free = free;
        this.ranges = ranges;
        this.inputs = inputs;
        this.rows = rows;
    }

    /// <summary>Number of free variables.</summary>
    public int Dimension => free.Length;

    /// <summary>The inputs.</summary>
    public IReadOnlyList<ExactRow> Inputs => inputs;

    /// <summary>A copy.</summary>
    public ExactDictionary Copy() => new([.. free], [.. ranges], [.. inputs], [.. rows]);

    /// <summary>
    /// A copy with a further constraint, which this vertex must satisfy, and without those that the free variables imply.
    /// </summary>
    public ExactDictionary With(ExactRow constraint) =>
        new([.. free], [.. ranges], [.. inputs], [.. rows.Where(static r => !r.IsImplied), constraint]);

    /// <summary>An affine function of the inputs as one of the free variables.</summary>
    /// <param name="coefficients">Of the inputs.</param>
    /// <param name="constant">The constant.</param>
    /// <param name="range">The function's range over the box.</param>
    /// <param name="constraint">The number of the constraint that it is to be.</param>
    public ExactRow Express(BigInteger[] coefficients, BigInteger constant, BigInteger range, int constraint)
    {
        BigInteger common = BigInteger.One;
        foreach (ExactRow input in inputs)
            common *= input.Unit / BigInteger.GreatestCommonDivisor(common, input.Unit);
        var entries = new BigInteger[Dimension + 2];
        entries[^2] = constant * common;
        entries[^1] = range * common;
        for (int k = 0; k < coefficients.Length; k++)
        {
            if (coefficients[k].IsZero)
                continue;
            BigInteger factor = coefficients[k] * (common / inputs[k].Unit);
            for (int j = 0; j <= Dimension; j++)
                entries[j] += factor * inputs[k][j];
        }

        return new ExactRow(entries, constraint).Reduced();
    }

    /// <summary>
    /// A copy in which every constraint keeps a distance from tight: its range over the box times a further free variable, the
    /// last, which is 0 here.
    /// </summary>
    /// <param name="constraint">The number of that variable.</param>
    public ExactDictionary Shrinking(int constraint)
    {
        BigInteger Slope(ExactRow row, BigInteger own)
        {
            for (int k = 0; k < ranges.Length; k++)
                own += row[k] * ranges[k];
            return own;
        }

        return new(
            [.. free, constraint],
            [.. ranges, BigInteger.One],
            Array.ConvertAll(inputs, r => r.With(Slope(r, BigInteger.Zero))),
            Array.ConvertAll(rows, r => r.With(Slope(r, -r.Unit))));
    }

    /// <summary>Goes to a vertex where a function is largest, or just above 0.</summary>
    /// <remarks>
    /// Steepest first; but if a pivot stays at the vertex, oldest first until one does not (Bland's rule), so that the method does not
    /// cycle.
    /// </remarks>
    /// <param name="function">The function, over the free variables.</param>
    /// <param name="untilAboveZero">Whether a vertex where it is above 0 is enough.</param>
    /// <param name="cancellation">Throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>Whether the function is above 0 there.</returns>
    public bool Maximize(ExactRow function, bool untilAboveZero, CancellationToken cancellation)
    {
        bool stuck = false;
        while (!untilAboveZero || function.Constant.Sign <= 0)
        {
            int entering = stuck ? OldestEntering(function) : SteepestEntering(function);
            if (entering < 0)
                break;
            int leaving = Leaving(entering);
            stuck = rows[leaving].Constant.IsZero;
            BigInteger p = -rows[leaving][entering];
            ExactRow pivot = Pivot(entering, leaving);
            function = function.Substituted(entering, pivot, p);
            for (int k = 0; k < inputs.Length; k++)
                inputs[k] = inputs[k].Substituted(entering, pivot, p);
            for (int i = 0; i < rows.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                rows[i] = i == leaving ? pivot.Reduced() : rows[i].Substituted(entering, pivot, p);
            }
        }

        return function.Constant.Sign > 0;
    }

    /// <summary>The variable that the function grows most with, over the range of its constraint; below 0 for none.</summary>
    private int SteepestEntering(ExactRow function)
    {
        int entering = -1;
        BigInteger most = BigInteger.Zero;
        for (int k = 0; k < free.Length; k++)
        {
            if (function[k].Sign <= 0)
                continue;
            BigInteger gain = function[k] * ranges[k];
            if (gain > most)
                (entering, most) = (k, gain);
        }

        return entering;
    }

    /// <summary>The oldest variable that the function grows with; below 0 for none.</summary>
    private int OldestEntering(ExactRow function)
    {
        int entering = -1;
        for (int k = 0; k < free.Length; k++)
        {
            if (function[k].Sign > 0 && (entering < 0 || free[k] < free[entering]))
                entering = k;
        }

        return entering;
    }

    /// <summary>The constraint that is the first to be tight when a variable grows; the oldest of several.</summary>
    private int Leaving(int entering)
    {
        int leaving = -1;
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i][entering].Sign >= 0)
                continue;
            int sign = leaving < 0 ? -1
                : ((rows[leaving].Constant * rows[i][entering]) - (rows[i].Constant * rows[leaving][entering])).Sign;
            if (sign < 0 || (sign == 0 && rows[i].Constraint < rows[leaving].Constraint))
                leaving = i;
        }

        return leaving >= 0 ? leaving : throw new InvalidOperationException("A polytope in a box is bounded.");
    }

    /// <summary>
    /// Makes the leaving constraint a free variable; its row becomes that of the entering one, times the positive number that the
    /// entering variable had in it.
    /// </summary>
    private ExactRow Pivot(int entering, int leaving)
    {
        BigInteger[] entries = [.. rows[leaving].Entries];
        BigInteger p = -entries[entering], range = entries[^1];
        entries[entering] = BigInteger.MinusOne;
        entries[^1] = p * ranges[entering];
        var pivot = new ExactRow(entries, free[entering]);
        (free[entering], ranges[entering]) = (rows[leaving].Constraint, range);
        return pivot;
    }
}
