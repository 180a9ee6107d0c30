using ScottPlot;

namespace ExactCompression.Plotting;

/// <summary>The content of a picture: a title, a legend, and plots one below the other.</summary>
internal sealed class Figure
{
    /// <summary>The title of the picture, unless the user gives one.</summary>
    public required string Title { get; init; }

    /// <summary>The figures under the title; empty for none.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>What the colours mean; drawn between title and plots, never over data.</summary>
    public IReadOnlyList<LegendEntry> Legend { get; init; } = [];

    /// <summary>What is not shown, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Makes the plots for a width in pixels: a wider picture has room for more in a row.</summary>
    public required Func<float, IReadOnlyList<Panel>> Panels { get; init; }
}

/// <summary>One plot of a figure.</summary>
/// <param name="Plot">The plot.</param>
/// <param name="Height">Its natural height in pixels, axes included.</param>
/// <param name="Caption">The text above it; empty for none.</param>
internal sealed record Panel(Plot Plot, float Height, string Caption = "");

/// <summary>What a colour means.</summary>
/// <param name="Text">The meaning.</param>
/// <param name="Color">The colour.</param>
/// <param name="Marker">The marker of a line, or null for an area.</param>
internal sealed record LegendEntry(string Text, Color Color, MarkerShape? Marker = null)
{
    /// <summary>Lengths of dash and gap, if the line is dashed.</summary>
    public (float Dash, float Gap)? Dashes { get; init; }

    /// <summary>Whether there is a line behind the marker.</summary>
    public bool HasLine { get; init; } = true;
}
