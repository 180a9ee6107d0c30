using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using ExactCompression.Numerics;

namespace ExactCompression;

/// <summary>
/// Which rows of some data lie in a domain, and how far the others lie outside. What is proven over the domain says nothing about these.
/// Immutable.
/// </summary>
public sealed class InputDomainReport
{
    private readonly InputData data;
    private readonly int[] outside;

    private InputDomainReport(InputData data, InputDomain domain, int[] outside, InputExcess? widest)
    {
        this.data = data;
        this.outside = outside;
        Domain = domain;
        Widest = widest;
    }

    /// <summary>The data's name.</summary>
    public string Data => data.Name;

    /// <summary>The domain, for as many inputs as the data has columns.</summary>
    public InputDomain Domain { get; }

    /// <summary>Whether all rows lie in the domain.</summary>
    public bool AllInside => outside.Length == 0;

    /// <summary>How many rows there are.</summary>
    public int Rows => data.Rows;

    /// <summary>How many of them lie in the domain.</summary>
    public int Inside => data.Rows - outside.Length;

    /// <summary>How many lie outside.</summary>
    public int Outside => outside.Length;

    /// <summary>The largest distance of any value from the range of its input; 0 where all rows lie inside.</summary>
    public double WidestExcess => Widest?.Excess ?? 0;

    /// <summary>Where that is; null where all rows lie inside.</summary>
    public InputExcess? Widest { get; }

    /// <summary>The rows in the domain, from 0.</summary>
    public IReadOnlyList<int> InsideRows
    {
        get
        {
            var inside = new List<int>(Inside);
            int next = 0;
            for (int row = 0; row < Rows; row++)
            {
                if (next < outside.Length && outside[next] == row)
                    next++;
                else
                    inside.Add(row);
            }

            return inside;
        }
    }

    /// <summary>The rows outside, from 0.</summary>
    public IReadOnlyList<int> OutsideRows => outside;

    /// <summary>
    /// A clause that counts the rows outside and says how far out they lie, to go on from in a warning; null where all rows lie inside.
    /// </summary>
    public string? Remark => Widest is not { } widest
        ? null
        : PrintableText.Of(string.Create(
            CultureInfo.InvariantCulture,
            $"{(Inside == 0 ? "All " : $"{Outside:N0} of ")}{Rows:N0} rows of {Data} lie outside {Domain}, by up to {widest.Excess:G3} "
                + $"(row {widest.Row}, input {widest.Input}: {widest.Value})"));

    /// <summary>Compares all rows of data with a domain.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="domain">The domain.</param>
    /// <exception cref="InvalidInputException">The domain has another number of inputs than the data has columns.</exception>
    public static InputDomainReport Of(InputData data, InputDomain domain)
    {
        InputDomain box = Bound(data, domain);
        (float[] lower, float[] upper) = Ends(box);
        var outside = new List<int>();
        InputExcess? widest = null;
        for (int row = 0; row < data.Rows; row++)
        {
            ReadOnlySpan<float> values = data.Row(row);
            if (IsInside(values, lower, upper))
                continue;
            outside.Add(row);
            InputExcess excess = ExcessOf(row, values, box);
            if (widest is null || excess.Excess > widest.Excess)
                widest = excess;
        }

        return new(data, box, [.. outside], widest);
    }

    /// <summary>Each row with its own excess, 0 where it lies in the domain.</summary>
    /// <returns>The rows in their order, computed one at a time.</returns>
    public IEnumerable<InputExcess> EachRow()
    {
        for (int row = 0; row < Rows; row++)
            yield return ExcessOf(row, data.Row(row), Domain);
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of(string.Create(
        CultureInfo.InvariantCulture,
        $"{Inside:N0} of {Rows:N0} rows of {Data} lie in {Domain}{(Widest is null ? "" : $"; the widest excess is {Widest.Excess:G3}")}"));

    private static InputDomain Bound(InputData data, InputDomain domain) =>
        domain.Size is null || domain.Size == data.Columns
            ? domain.For(data.Columns)
            : throw new InvalidInputException(
                "DomainSizeMismatch", $"The domain has {domain.Size} inputs, the data '{data.Name}' {data.Columns} columns.",
                "Give data and a domain of the same network; if a label column was read as input, name it when importing.");

    /// <summary>The least and the largest floats in each range: a float lies between them if and only if it lies in the range.</summary>
    private static (float[] Lower, float[] Upper) Ends(InputDomain box)
    {
        (float[] lower, float[] upper) = (new float[box.Lower.Length], new float[box.Lower.Length]);
        for (int i = 0; i < lower.Length; i++)
        {
            lower[i] = Rounding.SingleUp(box.Lower.Span[i]);
            upper[i] = Rounding.SingleDown(box.Upper.Span[i]);
        }

        return (lower, upper);
    }

    private static bool IsInside(ReadOnlySpan<float> values, float[] lower, float[] upper)
    {
        ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(values);
        ReadOnlySpan<Vector<float>> low = MemoryMarshal.Cast<float, Vector<float>>(lower);
        ReadOnlySpan<Vector<float>> high = MemoryMarshal.Cast<float, Vector<float>>(upper);
        for (int i = 0; i < wide.Length; i++)
        {
            if (Vector.LessThanAny(wide[i], low[i]) || Vector.GreaterThanAny(wide[i], high[i]))
                return false;
        }

        for (int i = wide.Length * Vector<float>.Count; i < values.Length; i++)
        {
            if (values[i] < lower[i] || values[i] > upper[i])
                return false;
        }

        return true;
    }

    private static InputExcess ExcessOf(int row, ReadOnlySpan<float> values, InputDomain box)
    {
        ReadOnlySpan<double> lower = box.Lower.Span, upper = box.Upper.Span;
        (double most, int? input) = (0, null);
        for (int i = 0; i < values.Length; i++)
        {
            double excess = Math.Max(lower[i] - values[i], values[i] - upper[i]);
            if (excess > most)
                (most, input) = (excess, i);
        }

        return new(row, most, input, input is { } at ? values[at] : null);
    }
}

/// <summary>How far a row lies outside a domain.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Excess">The largest distance of one of its values from the range of that input; 0 where the row lies in the domain.</param>
/// <param name="Input">The input, from 0, that has this distance; null where the row lies in the domain.</param>
/// <param name="Value">That input's value in the row.</param>
public sealed record InputExcess(int Row, double Excess, int? Input, float? Value)
{
    /// <summary>Whether the row lies in the domain.</summary>
    public bool IsInside => Input is null;

    /// <inheritdoc/>
    public override string ToString() => Input is null
        ? string.Create(CultureInfo.InvariantCulture, $"row {Row} is inside")
        : string.Create(CultureInfo.InvariantCulture, $"row {Row}, input {Input}: {Value} is outside by {Excess:G3}");
}
