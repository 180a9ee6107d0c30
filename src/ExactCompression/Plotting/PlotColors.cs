using ScottPlot;

namespace ExactCompression.Plotting;

/// <summary>
/// Colours that can be distinguished with any kind of colour vision, in print too: the eight of Okabe and Ito ("Color Universal Design",
/// 2008), and greys.
/// </summary>
internal static class PlotColors
{
    public static readonly Color Ink = Color.FromHex("#1B1F24");
    public static readonly Color Faint = Color.FromHex("#5A626B");
    public static readonly Color Grid = Color.FromHex("#E3E6EA");

    public static readonly Color Blue = Color.FromHex("#0072B2");
    public static readonly Color Orange = Color.FromHex("#E69F00");
    public static readonly Color Sky = Color.FromHex("#56B4E9");
    public static readonly Color Green = Color.FromHex("#009E73");
    public static readonly Color Yellow = Color.FromHex("#F0E442");
    public static readonly Color Vermilion = Color.FromHex("#D55E00");
    public static readonly Color Purple = Color.FromHex("#CC79A7");
    public static readonly Color Grey = Color.FromHex("#B4BAC2");
    public static readonly Color Slate = Color.FromHex("#3D4653");

    /// <summary>Colours of lines, the most distinct first.</summary>
    public static readonly IReadOnlyList<Color> Series = [Blue, Vermilion, Green, Purple, Orange, Sky, Slate];

    /// <summary>The colour of a state; a state whose neurons are kept is grey.</summary>
    public static Color Of(NeuronState state) => state switch
    {
        NeuronState.StablyActive => Blue,
        NeuronState.StablyInactive => Orange,
        NeuronState.Unstable => Grey,
        _ => Purple,
    };

    /// <summary>A state in words.</summary>
    public static string Name(NeuronState state) => state switch
    {
        NeuronState.StablyActive => "stably active",
        NeuronState.StablyInactive => "stably inactive",
        NeuronState.Unstable => "unstable",
        _ => "undetermined",
    };
}
