using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>How far a property lets each output of a second network differ from that of a first one.</summary>
/// <remarks>
/// <para>The assertions of VNN-LIB state what is to be found, so that a property is asserted by its violation:
/// <c>(or (&gt; Y_g[0] (+ Y_f[0] e)) ...)</c>, which no input satisfies if and only if the networks are equivalent. There are files,
/// though, that assert the property itself, <c>(&lt;= Y_g[0] (+ Y_f[0] e))</c> for each output, and mean that it shall hold for all
/// inputs.</para>
/// <para>Which of the two a file does is never in doubt: of two networks with equal outputs, all comparisons of a property hold, and none
/// of a violation's does. A conjunction of the first kind is a property, a disjunction of the second a violation; anything else is
/// refused.</para>
/// </remarks>
internal sealed class VnnlibOutputs
{
    private const string Advice =
        "Write (assert (<= Y_g[0] (+ Y_f[0] 0.05))) for each output and direction, or all violations in one 'or'.";

    private readonly VnnlibQuery query;
    private readonly Limit?[] upper;
    private readonly Limit?[] lower;

    private VnnlibOutputs(VnnlibQuery query, int outputs)
    {
        this.query = query;
        upper = new Limit?[outputs];
        lower = new Limit?[outputs];
    }

    /// <summary>Reads the ranges of the differences, second network minus first.</summary>
    /// <param name="query">A property of two networks with the same number of outputs.</param>
    /// <param name="isViolation">Whether the property is asserted by its violation.</param>
    /// <exception cref="InvalidFileException">It states anything else of the outputs, or nothing.</exception>
    public static IReadOnlyList<DifferenceRange> Read(VnnlibQuery query, out bool isViolation)
    {
        var outputs = new VnnlibOutputs(query, query.Networks[0].SizeOf(VnnlibRole.Output));
        foreach (VnnlibFormula formula in query.Conjuncts().Where(static f => !f.NamesInput && !f.NamesOther))
        {
            if (formula is VnnlibUnread unread)
                throw query.Unsupported(unread.Where, unread.Problem, Advice);
            if (formula is not VnnlibComparison { HoldsAsConstant: true })
                throw query.Unsupported(formula.At, "It names no input and no output.", Advice);
        }

        VnnlibFormula[] formulas = [.. query.Conjuncts().Where(static f => f.NamesOther)];
        if (formulas.Length == 0)
            throw query.Unsupported(null, "Nothing is stated of the outputs.", Advice);
        if (formulas.FirstOrDefault(static f => f.NamesInput) is { } mixed)
            throw query.Unsupported(mixed.At, "Inputs and outputs are in one formula.", Advice);

        VnnlibFormula[] parts = formulas;
        bool isDisjunction = formulas is [VnnlibJunction { IsAnd: false }];
        if (isDisjunction)
            parts = [.. Disjuncts(formulas[0])];
        (Side Side, VnnlibFormula At)[] sides = [.. parts.SelectMany(p => outputs.SidesOf(p).Select(s => (s, p)))];
        isViolation = isDisjunction || !sides[0].Side.HoldsAtZero;
        foreach ((Side side, VnnlibFormula at) in sides)
        {
            if (side.HoldsAtZero == isViolation)
                throw query.Unsupported(
                    at.At, isDisjunction ? "It holds where the outputs are equal, so that it is no violation of a tolerance."
                    : isViolation ? "It does not hold where the outputs are equal, and other assertions join it."
                    : "It does not hold where the outputs are equal, so that it is no tolerance.", Advice);
            outputs.Add(side, isViolation);
        }

        if (isViolation && !isDisjunction && parts.Length > 1)
            throw query.Unsupported(parts[1].At, "Several violations are asserted at once.", Advice);
        return [.. outputs.upper.Zip(outputs.lower, static (up, low) => new DifferenceRange(
            -(low?.Inner ?? double.PositiveInfinity), up?.Inner ?? double.PositiveInfinity,
            -(low?.Outer ?? double.PositiveInfinity), up?.Outer ?? double.PositiveInfinity))];
    }

    private static IEnumerable<VnnlibFormula> Disjuncts(VnnlibFormula formula) => formula switch
    {
        VnnlibJunction { IsAnd: false } or => or.Parts.SelectMany(Disjuncts),
        VnnlibJunction { Parts: [var only] } => Disjuncts(only),
        _ => [formula],
    };

    /// <summary>What a comparison states of one output: one side of a range, or both.</summary>
    private IEnumerable<Side> SidesOf(VnnlibFormula formula)
    {
        if (formula is VnnlibUnread unread)
            throw query.Unsupported(unread.Where, unread.Problem, Advice);
        if (formula is not VnnlibComparison comparison)
            throw query.Unsupported(formula.At, "A disjunction and other formulas are joined.", Advice);
        LinearForm form = comparison.Form;
        if (form.Terms is not [({ Role: VnnlibRole.Output } one, var a), ({ Role: VnnlibRole.Output } other, var b)]
            || one.Index != other.Index || one.Network == other.Network || a.Plus(b).Numerator.Sign != 0)
            throw query.Unsupported(comparison.At, "This does not compare an output with the same output of the other network.", Advice);
        ExactRational coefficient = one.Network == 1 ? a : b, end = form.Constant.Negated().Over(coefficient);
        bool isUpper = coefficient.Numerator.Sign > 0, isStrict = comparison.Relation is VnnlibRelation.Below or VnnlibRelation.NotEqual;
        if (!double.IsFinite(end.Down()) || !double.IsFinite(end.Up()))
            throw query.Unsupported(comparison.At, "The tolerance is not finite.", Advice);
        if (comparison.Relation is VnnlibRelation.Equal or VnnlibRelation.NotEqual)
        {
            if (!end.Numerator.IsZero)
                throw query.Unsupported(comparison.At, "The outputs are stated to differ by a certain amount.", Advice);
            return [new(one.Index, true, end, isStrict), new(one.Index, false, end, isStrict)];
        }

        return [new(one.Index, isUpper, end, isStrict)];
    }

    private void Add(Side side, bool isViolation)
    {
        // A violation d >= v is one of d < v.
        bool isUpper = side.IsUpper != isViolation, isStrict = side.IsStrict != isViolation;
        ExactRational end = isUpper ? side.End : side.End.Negated();
        var limit = new Limit(Inner(end, isStrict), end.Up());
        ref Limit? known = ref (isUpper ? upper : lower)[side.Output];
        known = known is { } k ? new(Math.Min(k.Inner, limit.Inner), Math.Min(k.Outer, limit.Outer)) : limit;
    }

    private static double Inner(ExactRational end, bool isStrict)
    {
        double inner = end.Down();
        return isStrict && end.CompareTo(inner) == 0 ? Math.BitDecrement(inner) : inner;
    }

    /// <summary>The difference is at most an end, or at least; perhaps not equal to it.</summary>
    private readonly record struct Side(int Output, bool IsUpper, ExactRational End, bool IsStrict)
    {
        /// <summary>Whether it holds where the outputs are equal.</summary>
        public bool HoldsAtZero => (IsUpper ? End.Numerator.Sign : -End.Numerator.Sign) is > 0 or 0 && !(End.Numerator.IsZero && IsStrict);
    }

    /// <summary>How far the difference may go in a direction, rounded down and up.</summary>
    private readonly record struct Limit(double Inner, double Outer);
}
