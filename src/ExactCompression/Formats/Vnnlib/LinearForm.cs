using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>A sum of multiples of variables and a constant, exact.</summary>
/// <param name="Terms">The variables, each once, none with a coefficient of 0.</param>
/// <param name="Constant">The constant.</param>
internal sealed record LinearForm(IReadOnlyList<(VnnlibVariable Variable, ExactRational Coefficient)> Terms, ExactRational Constant)
{
    private static readonly ExactRational One = new(1, 1);

    /// <summary>A number.</summary>
    public static LinearForm Of(ExactRational number) => new([], number);

    /// <summary>A variable.</summary>
    public static LinearForm Of(VnnlibVariable variable) => new([(variable, One)], new(0, 1));

    /// <summary>Whether it is a number.</summary>
    public bool IsConstant => Terms.Count == 0;

    /// <summary>Bits of its longest number.</summary>
    public long Bits => Terms.Select(static t => BitsOf(t.Coefficient)).Append(BitsOf(Constant)).Max();

    /// <summary>A multiple of it.</summary>
    public LinearForm Times(ExactRational factor) => factor.Numerator.IsZero
        ? Of(factor)
        : new([.. Terms.Select(t => (t.Variable, t.Coefficient.Times(factor)))], Constant.Times(factor));

    /// <summary>The sum of several, each times 1 or -1.</summary>
    /// <param name="parts">The forms and whether they are subtracted.</param>
    public static LinearForm Sum(IReadOnlyList<(LinearForm Form, bool Minus)> parts)
    {
        var order = new List<VnnlibVariable>();
        var sums = new Dictionary<VnnlibVariable, ExactRational>();
        var constant = new ExactRational(0, 1);
        foreach ((LinearForm form, bool minus) in parts)
        {
            foreach ((VnnlibVariable variable, ExactRational coefficient) in form.Terms)
            {
                ExactRational signed = minus ? coefficient.Negated() : coefficient;
                if (sums.TryGetValue(variable, out ExactRational known))
                {
                    sums[variable] = known.Plus(signed);
                }
                else
                {
                    sums.Add(variable, signed);
                    order.Add(variable);
                }
            }

            constant = constant.Plus(minus ? form.Constant.Negated() : form.Constant);
        }

        return new([.. order.Where(v => !sums[v].Numerator.IsZero).Select(v => (v, sums[v]))], constant);
    }

    private static long BitsOf(ExactRational number) => number.Numerator.GetBitLength() + number.Denominator.GetBitLength();
}
