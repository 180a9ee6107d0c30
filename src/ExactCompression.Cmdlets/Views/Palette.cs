using System.Management.Automation;
using System.Management.Automation.Host;

namespace ExactCompression.Cmdlets.Views;

/// <summary>
/// Signs and colours of a view: colours only if the terminal supports them and <c>$PSStyle.OutputRendering</c> allows them, blocks only if
/// the output's encoding has them.
/// </summary>
internal sealed class Palette
{
    private const string Reset = "\e[0m";

    /// <summary>Signs only.</summary>
    public static readonly Palette Plain = new(false);

    private static readonly bool Blocks = Console.OutputEncoding.WebName.StartsWith("utf", StringComparison.OrdinalIgnoreCase);
    private readonly bool colours;

    private Palette(bool colours) => this.colours = colours;

    /// <summary>What the session's output can show.</summary>
    /// <param name="host">The session's host.</param>
    /// <param name="style">The session's <c>$PSStyle</c>, or null.</param>
    public static Palette Of(PSHost? host, PSObject? style)
    {
        string rendering = style?.Properties["OutputRendering"]?.Value?.ToString() ?? "Host";
        bool terminal = host?.UI?.SupportsVirtualTerminal == true && !Console.IsOutputRedirected
            && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        return new(rendering switch { "Ansi" => true, "PlainText" => false, _ => terminal });
    }

    /// <summary>The sign of a state: the fuller, the more of the neuron's work is linear.</summary>
    public static char Sign(NeuronState state) => state switch
    {
        NeuronState.StablyActive => Blocks ? '\u2588' : '#',
        NeuronState.StablyInactive => Blocks ? '\u2591' : '.',
        NeuronState.Unstable => Blocks ? '\u2592' : '=',
        _ => '?',
    };

    /// <summary>Text in the colour of a state.</summary>
    public string Paint(NeuronState state, string text) => Wrap(text, state switch
    {
        NeuronState.StablyActive => "\e[32m",
        NeuronState.StablyInactive => "\e[90m",
        NeuronState.Unstable => "\e[33m",
        _ => "\e[35m",
    });

    /// <summary>Text in the colour of headings, as PowerShell's own tables have it.</summary>
    public string Heading(string text) => Wrap(text, "\e[32;1m");

    private string Wrap(string text, string colour) => colours && text.Length > 0 ? colour + text + Reset : text;
}
