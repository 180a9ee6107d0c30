using System.Globalization;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>A convolution in C: the filters as they are, and loops over them.</summary>
/// <param name="map">The convolution.</param>
/// <param name="function">The function's name.</param>
/// <param name="number">What tells its arrays from those of other terms.</param>
/// <param name="arrays">Writes arrays.</param>
internal sealed class CConvolution(ConvolutionMap map, string function, string number, CArrays arrays)
    : CTerm(map, function, number, arrays)
{
    /// <inheritdoc/>
    public override void WriteArrays() => Arrays.Write($"w{Number}", map.Filters.ToArray());

    /// <inheritdoc/>
    public override IEnumerable<string> Loops(string begin, string end)
    {
        (ConvolutionShape shape, MapShape input, MapShape output) = (map.Geometry, map.Input, map.Output);
        int depth = input.Channels / map.Groups;
        string channel = map.Groups == 1 ? "d" : Invariant($"(c / {output.Channels / map.Groups} * {depth} + d)");
        string place = $"x[({channel} * {Text(input.Height)} + r) * {Text(input.Width)} + s]";
        string row = Index("h", shape.StrideRows, shape.PadTop, "p", shape.DilationRows);
        string column = Index("v", shape.StrideColumns, shape.PadLeft, "q", shape.DilationColumns);
        string inside = Invariant($"r >= 0 && r < {input.Height} && s >= 0 && s < {input.Width}");
        return
        [
            "int i = 0;",
            $"for (int c = 0; c < {Text(output.Channels)}; c++) {{",
            $"    for (int h = 0; h < {Text(output.Height)}; h++) {{",
            $"        for (int v = 0; v < {Text(output.Width)}; v++, i++) {{",
            $"            const {Arrays.Real} *w = {Name('w')} + c * {Text(map.FanIn)};",
            $"            {Arrays.Real} z = {begin};",
            $"            for (int d = 0; d < {Text(depth)}; d++) {{",
            $"                for (int p = 0; p < {Text(shape.KernelHeight)}; p++) {{",
            $"                    for (int q = 0; q < {Text(shape.KernelWidth)}; q++, w++) {{",
            $"                        const int r = {row}, s = {column};",
            .. shape.HasPadding ? [$"                        if ({inside})"] : Array.Empty<string>(),
            $"                        {(shape.HasPadding ? "    " : "")}z += *w * {place};",
            "                    }",
            "                }",
            "            }",
            $"            y[i] = {end};",
            "        }",
            "    }",
            "}",
        ];
    }

    private static string Index(string at, int stride, int pad, string tap, int dilation) =>
        Times(at, stride) + (pad == 0 ? "" : Invariant($" - {pad}")) + " + " + Times(tap, dilation);

    private static string Times(string variable, int factor) => factor == 1 ? variable : Invariant($"{variable} * {factor}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
