using System.Management.Automation;
using System.Management.Automation.Host;

namespace ExactCompression.Cmdlets.Views;

/// <summary>
/// The view of a compression: each layer, neurons and connections before and after, with the removed share in percent. The format file
/// calls this.
/// </summary>
public static class CompressionResultView
{
    private const int NameWidth = 12;
    private const int NumberWidth = 12;
    private const int PercentWidth = 9;
    private const int WidestBar = 20;
    private const int NarrowestBar = 8;
    private const int Gap = 2;

    /// <summary>The whole view, line by line.</summary>
    /// <param name="result">The compression.</param>
    /// <param name="host">The session's host.</param>
    /// <param name="style">The session's <c>$PSStyle</c>.</param>
    public static IEnumerable<string> Lines(CompressionResult result, PSHost? host, PSObject? style)
    {
        var palette = Palette.Of(host, style);
        int width = ColumnText.ScreenWidth(host) - 1;
        yield return $"{palette.Heading(PrintableText.Of(result.Original.Name))} over {PrintableText.Of(result.Domain.ShortDescription)}";
        foreach (string line in Architectures(result, width).Concat(Sentences(result).SelectMany(text => ColumnText.Lines(text, width))))
            yield return line;
        yield return "";
        yield return palette.Heading(
            new string(' ', NameWidth) + "Before".PadLeft(NumberWidth) + "After".PadLeft(NumberWidth) + "Removed".PadLeft(PercentWidth));
        string[] channels = [.. result.Layers.Select(Channels)];
        int longest = channels.Select(static text => text.Length).DefaultIfEmpty().Max();
        int cells = Math.Clamp(
            width - NameWidth - (2 * NumberWidth) - PercentWidth - Gap - longest, NarrowestBar, WidestBar);
        foreach ((LayerCompression layer, string text) in result.Layers.Zip(channels))
            yield return Line(palette, $"Layer {layer.Layer}", layer.Neurons, layer.Remaining, cells) + text;
        yield return Line(palette, "Neurons", result.Original.NeuronCount, result.Compressed.NeuronCount, cells);
        yield return Line(palette, "Connections", result.Original.ConnectionCount, result.Compressed.ConnectionCount, cells);
        yield return Line(palette, "Parameters", result.Original.ParameterCount, result.Compressed.ParameterCount, cells);
        if (!result.Original.IsDense)
            yield return Line(palette, "Mult.-adds", result.Original.MultiplyAddCount, result.Compressed.MultiplyAddCount, cells);
        yield return "";
        string removed = $"Removed {Units.Count(result.RemovedInactive)} inactive and {Units.Count(result.RemovedUnused)} unread neurons, "
            + $"merged {Units.Count(result.MergedActive)}{Constants(result)}, folded {Units.Count(result.FoldedLayers)} layers";
        foreach (string line in ColumnText.Lines(removed, width))
            yield return line;
    }

    /// <summary>The widths before and after, in two lines where one is too short for them.</summary>
    private static IEnumerable<string> Architectures(CompressionResult result, int width)
    {
        string line = result.ToString();
        if (line.Length <= width)
            return [line];
        const string arrow = "-> ";
        int before = arrow.Length + 1;
        return [Short(result.Original), arrow + Short(result.Compressed)];

        string Short(ReluNetwork network) => ArchitectureText.Short(network.Architecture, width - before);
    }

    /// <summary>What is proven.</summary>
    private static IEnumerable<string> Sentences(CompressionResult result)
    {
        if (result.IsProven)
            yield return result.ProvenDeviation == 0
                ? "No weight is rounded: the same function over the real numbers"
                : $"No output differs by more than {BoundText.Deviation(result.ProvenDeviation)} (proven)";
        else
            yield return Unproven(result);
        if (result.DeployedDeviation is { } deployed)
            yield return $"Computed in float32, in any order of sums: at most {BoundText.Deviation(deployed)} apart (proven)";
        if (result.Unconfirmed > 0)
            yield return $"Kept {Units.Count(result.Unconfirmed)} {(result.Unconfirmed == 1 ? "neuron that is" : "neurons that are")} "
                + "claimed to be stable: no proof was found, or one of the contrary";
    }

    private static string Constants(CompressionResult result)
    {
        int count = result.Steps.Where(static s => s.Kind == CompressionStepKind.RemoveConstant).Sum(static s => s.Neurons.Count);
        return count == 0 ? "" : $", moved {Units.Count(count)} constants into biases";
    }

    /// <summary>That nothing is proven, why, and what holds conditionally.</summary>
    /// <param name="result">A compression that is not proven.</param>
    internal static string Unproven(CompressionResult result) => result.Unproven > 0
        ? $"Unproven: rests on {Units.Count(result.Unproven)} unproven verdicts (if all are true, no output differs by "
            + $"more than {BoundText.Deviation(result.ConditionalDeviation)})"
        : "Unproven: a copy from outside, which claims that no output differs by more than "
            + BoundText.Deviation(result.ConditionalDeviation);

    /// <summary>The rest of an amount, and the share that was removed: <c>68 (-34.6 %)</c>.</summary>
    /// <param name="after">The rest.</param>
    /// <param name="removedPercent">The share that was removed, in percent.</param>
    public static string Kept(long after, double removedPercent) =>
        $"{Units.Count(after)} ({(removedPercent > 0 ? "-" : "")}{Units.Percent(removedPercent)})";

    /// <summary>Neurons before and after, in words.</summary>
    /// <param name="instance">The compression.</param>
    public static string Neurons(PSObject instance)
    {
        var result = (CompressionResult)instance.BaseObject;
        return Units.Change(result.Original.NeuronCount, result.Compressed.NeuronCount);
    }

    /// <summary>Connections before and after, in words.</summary>
    /// <param name="instance">The compression.</param>
    public static string Connections(PSObject instance)
    {
        var result = (CompressionResult)instance.BaseObject;
        return Units.Change(result.Original.ConnectionCount, result.Compressed.ConnectionCount);
    }

    /// <summary>The widths of each layer before and after, in words.</summary>
    /// <param name="instance">The compression.</param>
    public static string Layers(PSObject instance) =>
        string.Join(
            Environment.NewLine,
            ((CompressionResult)instance.BaseObject).Layers.Select(static l => $"{l.Layer}: {Units.Change(l.Neurons, l.Remaining)}"));

    /// <summary>Such as <c>  8 to 7 channels</c>, <c>  8 channels</c>; nothing for a layer without channels.</summary>
    private static string Channels(LayerCompression layer) => layer.Channels == layer.Neurons
        ? ""
        : layer.Channels == layer.RemainingChannels
        ? $"  {Units.Count(layer.Channels)} channels"
        : $"  {Units.Count(layer.Channels)} to {Units.Count(layer.RemainingChannels)} channels";

    private static string Line(Palette palette, string name, long before, long after, int cells)
    {
        int kept = before == 0 ? 0 : (int)Math.Clamp(Math.Round((double)cells * after / before), after > 0 ? 1 : 0, cells);
        return name.PadRight(NameWidth) + Units.Count(before).PadLeft(NumberWidth) + Units.Count(after).PadLeft(NumberWidth)
            + Units.Percent(Units.Removed(before, after)).PadLeft(PercentWidth) + new string(' ', Gap)
            + palette.Paint(NeuronState.StablyActive, new string(Palette.Sign(NeuronState.StablyActive), kept))
            + palette.Paint(NeuronState.StablyInactive, new string(Palette.Sign(NeuronState.StablyInactive), cells - kept));
    }
}
