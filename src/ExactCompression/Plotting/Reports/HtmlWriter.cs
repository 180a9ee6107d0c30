using System.Net;
using System.Text;

namespace ExactCompression.Plotting.Reports;

/// <summary>
/// Writes HTML. All text and all values of attributes are encoded here, so that a name out of a file can never become markup; names of
/// elements and attributes are our own.
/// </summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder html = new();

    /// <summary>Begins an element.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="attributes">Names and values; an attribute whose value is null is left out.</param>
    public HtmlWriter Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        html.Append('<').Append(name);
        foreach ((string attribute, string? value) in attributes)
        {
            if (value is not null)
                html.Append(' ').Append(attribute).Append("=\"").Append(Encoded(value)).Append('"');
        }

        html.Append('>');
        return this;
    }

    /// <summary>Ends an element.</summary>
    public HtmlWriter Close(string name)
    {
        html.Append("</").Append(name).Append(">\n");
        return this;
    }

    /// <summary>Text.</summary>
    public HtmlWriter Text(string text)
    {
        html.Append(Encoded(text));
        return this;
    }

    /// <summary>An element that contains nothing but text.</summary>
    public HtmlWriter Element(string name, string text, params ReadOnlySpan<(string Name, string? Value)> attributes) =>
        Open(name, attributes).Text(text).Close(name);

    /// <summary>Markup that was made and encoded elsewhere in this library.</summary>
    public HtmlWriter Markup(string markup)
    {
        html.Append(markup);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => html.ToString();

    // Control characters have no meaning in HTML, and those that change the direction of text would make a reader misread what follows.
    private static string Encoded(string text) => WebUtility.HtmlEncode(PrintableText.Of(text));
}
