using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;
using System.Text;

namespace ExactCompression.Host;

/// <summary>
/// Text input and output: results, warnings and verbose messages on standard output, as in pwsh; errors on standard error; progress on
/// standard error if it is a terminal. Colours only on a terminal.
/// </summary>
internal sealed class ConsoleUI(bool interactive) : PSHostUserInterface
{
    private const string Reset = "\e[0m";
    private static readonly bool ColourOut = HasColour(Console.IsOutputRedirected);
    private static readonly bool ColourError = HasColour(Console.IsErrorRedirected);
    private readonly ConsoleRawUI raw = new();
    private readonly Stack<StringBuilder> captures = new();

    static ConsoleUI()
    {
        if (!ColourOut)
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
    }

    /// <summary>The progress line.</summary>
    public ProgressLine Progress { get; } = new();

    public override PSHostRawUserInterface RawUI => raw;

    public override bool SupportsVirtualTerminal => ColourOut && captures.Count == 0;

    /// <summary>Redirects output to a text instead of the console, until <see cref="EndCapture"/>: Out-String works so.</summary>
    /// <param name="width">Columns to format for; null for the screen's.</param>
    public void BeginCapture(int? width = null)
    {
        captures.Push(new());
        raw.PushWidth(width ?? raw.BufferSize.Width);
    }

    /// <summary>Ends the most recent capture.</summary>
    /// <returns>What was written in the meantime.</returns>
    public string EndCapture()
    {
        raw.PopWidth();
        return captures.Pop().ToString();
    }

    public override void Write(string value)
    {
        if (captures.TryPeek(out StringBuilder? text))
        {
            text.Append(Plain(value));
            return;
        }

        Progress.Clear();
        Console.Out.Write(ColourOut ? value : Plain(value));
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        if (SupportsVirtualTerminal && foregroundColor != RawUI.ForegroundColor)
            Write($"{Vt(foregroundColor)}{value}{Reset}");
        else
            Write(value);
    }

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        Write(foregroundColor, backgroundColor, value);
        WriteLine("");
    }

    public override void WriteErrorLine(string value)
    {
        Progress.Clear();
        Console.Out.Flush();
        Console.Error.WriteLine(ColourError ? value : Plain(value));
    }

    public override void WriteDebugLine(string message) => WriteLine(ConsoleColor.Yellow, RawUI.BackgroundColor, "DEBUG: " + message);

    public override void WriteVerboseLine(string message) => WriteLine(ConsoleColor.Yellow, RawUI.BackgroundColor, "VERBOSE: " + message);

    public override void WriteWarningLine(string message) => WriteLine(ConsoleColor.Yellow, RawUI.BackgroundColor, "WARNING: " + message);

    public override void WriteInformation(InformationRecord record)
    {
        // Write-Host goes through Write; other information is only for readers of the stream.
    }

    public override void WriteProgress(long sourceId, ProgressRecord record) => Progress.Show(record);

    public override string ReadLine()
    {
        RequireUser();
        return Console.ReadLine() ?? "";
    }

    public override SecureString ReadLineAsSecureString() => throw new NotSupportedException("This host reads no secrets.");

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        RequireUser(string.Join(", ", descriptions.Select(static d => d.Name)));
        WriteLine(caption.Length > 0 ? caption : message);
        var answers = new Dictionary<string, PSObject>();
        foreach (FieldDescription field in descriptions)
        {
            Write($"{field.Name}: ");
            answers[field.Name] = PSObject.AsPSObject(ReadLine());
        }

        return answers;
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireUser(message);
        WriteLine(caption);
        WriteLine(message);
        string[] keys = [.. choices.Select(static (c, i) => Key(c, i))];
        while (true)
        {
            Write(string.Join("  ", choices.Select((c, i) => $"[{keys[i]}] {Label(c)}"))
                + (defaultChoice >= 0 ? $" (default is {keys[defaultChoice]}): " : ": "));
            string answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            int choice = Array.FindIndex(keys, key => key.Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (choice >= 0)
                return choice;
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new NotSupportedException("This host asks for no credentials.");

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) =>
        throw new NotSupportedException("This host asks for no credentials.");

    private static bool HasColour(bool redirected) =>
        !redirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") != "dumb";

    private static string Vt(ConsoleColor colour) => PSStyle.MapForegroundColorToEscapeSequence(colour);

    private static string Plain(string text) =>
        text.Contains('\e', StringComparison.Ordinal) ? new StringDecorated(text).ToString(OutputRendering.PlainText) : text;

    private static string Label(ChoiceDescription choice) => choice.Label.Replace("&", "", StringComparison.Ordinal);

    private static string Key(ChoiceDescription choice, int index)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length
            ? choice.Label[mark + 1].ToString()
            : (index + 1).ToString(CultureInfo.InvariantCulture);
    }

    private void RequireUser(string what = "input")
    {
        if (!interactive && Console.IsInputRedirected)
            throw new PSInvalidOperationException($"The session is not interactive, and cannot answer: {what}.");
    }
}
