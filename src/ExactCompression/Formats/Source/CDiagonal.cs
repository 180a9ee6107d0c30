using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>A factor for each element in C; a literal where all are the same.</summary>
/// <param name="map">The factors.</param>
/// <param name="function">The function's name.</param>
/// <param name="number">What tells its arrays from those of other terms.</param>
/// <param name="arrays">Writes arrays.</param>
internal sealed class CDiagonal(DiagonalMap map, string function, string number, CArrays arrays) : CTerm(map, function, number, arrays)
{
    private readonly double[] factors = [.. Enumerable.Range(0, map.Output.Count).Select(map.FactorOf)];

    private bool IsUniform => factors.AsSpan().IndexOfAnyExcept(factors[0]) < 0;

    /// <inheritdoc/>
    public override void WriteArrays()
    {
        if (!IsUniform)
            Arrays.Write($"w{Number}", factors);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Loops(string begin, string end)
    {
        string factor = !IsUniform ? $"{Name('w')}[i] * " : factors[0] == 1 ? "" : $"{Arrays.Literal(factors[0])} * ";
        return
        [
            $"for (int i = 0; i < {Outputs.ToString(CultureInfo.InvariantCulture)}; i++) {{",
            $"    const {Arrays.Real} z = {(begin == "0" ? "" : begin + " + ")}{factor}x[i];",
            $"    y[i] = {end};",
            "}",
        ];
    }
}
