using System.Reflection;

namespace ExactCompression.Plotting.Reports;

/// <summary>What a report begins and ends with.</summary>
internal static class ReportFrame
{
    /// <summary>Scripts, and anything from outside the file, stay out whatever the page contains.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

    /// <summary>Writes the head, and opens the page's body.</summary>
    /// <param name="page">The page.</param>
    /// <param name="title">Its title.</param>
    public static void Open(HtmlWriter page, string title)
    {
        page.Markup("<!DOCTYPE html>\n").Open("html", ("lang", "en")).Open("head")
            .Open("meta", ("charset", "utf-8"))
            .Open("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy))
            .Open("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"))
            .Open("meta", ("name", "color-scheme"), ("content", "light dark"))
            .Open("meta", ("name", "generator"), ("content", $"ExactCompression {Version}"))
            .Open("link", ("rel", "icon"), ("href", "data:,"))
            .Element("title", title).Open("style").Markup(Style()).Close("style").Close("head").Open("body").Open("main");
    }

    /// <summary>Explains the words, and closes the page.</summary>
    /// <param name="page">The page.</param>
    public static void Close(HtmlWriter page)
    {
        page.Close("main").Open("footer")
            .Element("p", "A neuron is stably inactive if what it receives is at most 0 at every input of the domain, so that it gives 0 "
                + "there; stably active if it is at least 0, so that the neuron is linear there; unstable if it is above 0 at one input "
                + "and below 0 at another; undetermined if none of these was shown. Proofs account for the rounding of their own "
                + "arithmetic. Nothing is claimed of inputs outside the domain.")
            .Element("p", $"Written by ExactCompression {Version}.")
            .Close("footer").Close("body").Close("html");
    }

    private static string Version =>
        typeof(ReportFrame).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static string Style()
    {
        using Stream stream = typeof(ReportFrame).Assembly.GetManifestResourceStream("ExactCompression.Plotting.Reports.report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
