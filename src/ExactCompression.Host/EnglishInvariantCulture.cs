using System.Globalization;

namespace ExactCompression.Host;

/// <summary>
/// The invariant culture, which says that its language is English: PowerShell breaks lines between words only for languages that it
/// knows to have spaces between them.
/// </summary>
internal sealed class EnglishInvariantCulture : CultureInfo
{
    private EnglishInvariantCulture()
        : base("", useUserOverride: false)
    {
    }

    /// <summary>The only one.</summary>
    public static CultureInfo Instance { get; } = new EnglishInvariantCulture();

    /// <inheritdoc/>
    public override string TwoLetterISOLanguageName => "en";
}
